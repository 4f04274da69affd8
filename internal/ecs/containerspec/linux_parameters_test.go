package containerspec

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/google/go-cmp/cmp"
)

func TestDevices(t *testing.T) {
	var spec backend.ContainerSpec
	addLinuxParameters(&spec, &types.LinuxParameters{Devices: []types.Device{
		{HostPath: aws.String("/dev/fuse")},
		{HostPath: aws.String("/dev/sdb"), ContainerPath: aws.String("/dev/data"), Permissions: []types.DeviceCgroupPermission{"read", "mknod"}},
	}})
	want := []backend.Device{
		{HostPath: "/dev/fuse", ContainerPath: "/dev/fuse", Permissions: "rwm"},
		{HostPath: "/dev/sdb", ContainerPath: "/dev/data", Permissions: "rm"},
	}
	if diff := cmp.Diff(want, spec.Devices); diff != "" {
		t.Error(diff)
	}
}

// A container's swap is beside its memory, a task's that of all its containers.
func TestSwap(t *testing.T) {
	some := &types.LinuxParameters{MaxSwap: aws.Int32(32), Swappiness: aws.Int32(10)}
	spec := backend.ContainerSpec{Memory: 64 * mebibyte}
	addLinuxParameters(&spec, some)
	if spec.MemorySwap != 96*mebibyte || *spec.MemorySwappiness != 10 {
		t.Errorf("%d bytes with swap, swappiness %d", spec.MemorySwap, *spec.MemorySwappiness)
	}
	none := backend.ContainerSpec{Memory: 64 * mebibyte}
	if addLinuxParameters(&none, &types.LinuxParameters{Swappiness: aws.Int32(10)}); none.MemorySwap != 0 || none.MemorySwappiness != nil {
		t.Errorf("without maxSwap: %+v", none)
	}
	if sum := Swap([]types.ContainerDefinition{{LinuxParameters: some}, {}, {LinuxParameters: some}}); sum != 64*mebibyte {
		t.Errorf("the task has %d bytes of swap", sum)
	}
}
