package ec2_test

import (
	"testing"

	"github.com/ecs-emulator/ecs-emulator/internal/ec2"
	"github.com/ecs-emulator/ecs-emulator/internal/store"
)

func TestInstanceTypes(t *testing.T) {
	s, err := store.Open(store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]ec2.InstanceType{
		"t3.micro":    {VCPUs: 2, MemoryMiB: 1024, Registered: 954, ENIs: 2, Architecture: ec2.X86},
		"c5.large":    {VCPUs: 2, MemoryMiB: 4096, Registered: 3704, ENIs: 3, Architecture: ec2.X86},
		"m7g.4xlarge": {VCPUs: 16, MemoryMiB: 65536, Registered: 62914, ENIs: 8, Architecture: ec2.ARM},
		"p3.2xlarge":  {VCPUs: 8, MemoryMiB: 62464, Registered: 60900, ENIs: 4, GPUs: 1, Architecture: ec2.X86},
	} {
		want.Name = name
		if got := ec2.FindInstanceType(s.Read(), name); got == nil || *got != want {
			t.Errorf("got %+v, want %+v", got, want)
		}
	}
	if got := ec2.FindInstanceType(s.Read(), "mine.big"); got != nil {
		t.Errorf("got %+v before it was added", got)
	}
	if err := s.Update(func(tx *store.Tx) error {
		ec2.AddInstanceType(tx, ec2.InstanceType{Name: "mine.big", VCPUs: 100, MemoryMiB: 1000})
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if got := ec2.FindInstanceType(s.Read(), "mine.big"); got == nil || got.CPU() != 102400 || got.Registered != 960 || got.Architecture != ec2.X86 {
		t.Errorf("got %+v", got)
	}
}
