package taskdef

import (
	"testing"

	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
)

func TestSize(t *testing.T) {
	in := webDefinition()
	first(in).Cpu, first(in).MemoryReservation = 100, ptr[int32](96)
	addContainer(in, "b")
	containers := mustRegister(t, in)
	in.Cpu, in.Memory = ptr("0.25 vCPU"), ptr("1 GB")
	task := mustRegister(t, in)
	in.Cpu = nil
	onlyMemory := mustRegister(t, in)
	withFiles := webDefinition()
	first(withFiles).LinuxParameters = &types.LinuxParameters{
		SharedMemorySize: ptr[int32](32), Tmpfs: []types.Tmpfs{{ContainerPath: ptr("/a"), Size: 8}, {ContainerPath: ptr("/b"), Size: 4}},
	}
	files := mustRegister(t, withFiles)
	o := &types.TaskOverride{Cpu: ptr("512")}
	o.ContainerOverrides = []types.ContainerOverride{{Name: ptr("b"), Memory: ptr[int32](200), Cpu: ptr[int32](28)}}
	for _, c := range []struct {
		name     string
		def      *types.TaskDefinition
		override *types.TaskOverride
		want     TaskSize
	}{
		{"sum of the containers", containers, nil, TaskSize{100, 160, "100", "160"}},
		{"size of the task", task, nil, TaskSize{256, 1024, "256", "1024"}},
		{"one of each", onlyMemory, nil, TaskSize{100, 1024, "100", "1024"}},
		{"files in memory", files, nil, TaskSize{0, 172, "0", "128"}},
		{"override", containers, o, TaskSize{512, 296, "512", "296"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			r, err := ApplyOverrides(c.def, c.override, types.LaunchTypeEc2)
			if err != nil {
				t.Fatal(err)
			}
			if got := Size(c.def, &r); got != c.want {
				t.Errorf("size %+v, want %+v", got, c.want)
			}
			if c.override == nil && Size(c.def, nil) != c.want {
				t.Errorf("size without overrides %+v, want %+v", Size(c.def, nil), c.want)
			}
		})
	}
}
