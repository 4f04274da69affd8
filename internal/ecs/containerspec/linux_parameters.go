package containerspec

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
)

func addLinuxParameters(spec *backend.ContainerSpec, p *types.LinuxParameters) {
	if p == nil {
		return
	}
	spec.Init = aws.ToBool(p.InitProcessEnabled)
	if p.Capabilities != nil {
		spec.CapAdd, spec.CapDrop = p.Capabilities.Add, p.Capabilities.Drop
	}
	for _, device := range p.Devices {
		spec.Devices = append(spec.Devices, backend.Device{
			HostPath:      aws.ToString(device.HostPath),
			ContainerPath: cmp.Or(aws.ToString(device.ContainerPath), aws.ToString(device.HostPath)),
			Permissions:   devicePermissions(device.Permissions),
		})
	}
	if p.SharedMemorySize != nil {
		spec.SharedMemory = int64(*p.SharedMemorySize) * mebibyte
	}
	if p.MaxSwap != nil {
		spec.MemorySwap = spec.Memory + int64(*p.MaxSwap)*mebibyte
		if p.Swappiness != nil {
			spec.MemorySwappiness = aws.Int64(int64(*p.Swappiness))
		}
	}
	for _, t := range p.Tmpfs {
		if spec.Tmpfs == nil {
			spec.Tmpfs = map[string]string{}
		}
		options := append([]string{fmt.Sprintf("size=%dm", t.Size)}, t.MountOptions...)
		spec.Tmpfs[aws.ToString(t.ContainerPath)] = strings.Join(options, ",")
	}
}

// devicePermissions are read, write and mknod, and all of them where none is named.
// Source: ECS API reference, Device.
func devicePermissions(list []types.DeviceCgroupPermission) string {
	if len(list) == 0 {
		return "rwm"
	}
	var letters strings.Builder
	for _, permission := range list {
		letters.WriteString(string(permission[:1]))
	}
	return letters.String()
}

// Swap is what a task's containers may use together. The agent does not bound a task's swap,
// so it is as much as each of them may.
// Source: amazon-ecs-agent, the memory of a task's cgroup.
func Swap(definitions []types.ContainerDefinition) (sum int64) {
	for i := range definitions {
		if p := definitions[i].LinuxParameters; p != nil {
			sum += int64(aws.ToInt32(p.MaxSwap)) * mebibyte
		}
	}
	return sum
}
