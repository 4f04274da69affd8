package emulator

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"

	"github.com/ecs-emulator/ecs-emulator/internal/ec2"
	"github.com/ecs-emulator/ecs-emulator/internal/state"
)

// capacityFile is the file of --capacity.
type capacityFile struct {
	// InstanceTypes are known beside AWS's.
	InstanceTypes []InstanceType `json:"instanceTypes"`
	Instances     []Instances    `json:"instances"`
}

// InstanceType is one that AWS has not, or not so.
type InstanceType struct {
	Name      string `json:"name"`
	VCPUs     int    `json:"vcpus"`
	MemoryMiB int    `json:"memoryMiB"`
	// RegisteredMiB is what container instances register; by default 96 % of the memory.
	RegisteredMiB int `json:"registeredMiB"`
	// NetworkInterfaces is how many it has, its own included. Default 3.
	NetworkInterfaces int    `json:"networkInterfaces"`
	GPUs              int    `json:"gpus"`
	Architecture      string `json:"architecture"` // x86_64 or arm64; default x86_64
}

func (t InstanceType) check() error {
	switch {
	case t.Name == "":
		return fmt.Errorf("an instance type has no name")
	case t.VCPUs < 1 || t.VCPUs > 10_000 || t.MemoryMiB < 1 || t.MemoryMiB > 1<<30:
		return fmt.Errorf("instance type %s needs vcpus and memoryMiB", t.Name)
	case t.RegisteredMiB < 0 || t.RegisteredMiB > t.MemoryMiB:
		return fmt.Errorf("instance type %s registers more memory than it has, or less than none", t.Name)
	case t.NetworkInterfaces < 0 || t.NetworkInterfaces > 1000 || t.GPUs < 0 || t.GPUs > 1000:
		return fmt.Errorf("instance type %s has no sensible number of networkInterfaces or gpus", t.Name)
	case t.Architecture != "" && t.Architecture != ec2.X86 && t.Architecture != ec2.ARM:
		return fmt.Errorf("instance type %s: architecture %q is none of %s and %s", t.Name, t.Architecture, ec2.X86, ec2.ARM)
	}
	return nil
}

// addCapacity launches what a file lists and is not there from an earlier run. It does not
// wait for the instances.
func (s *Server) addCapacity(ctx context.Context, path string) error {
	text, err := os.ReadFile(path)
	if err != nil {
		return fmt.Errorf("read capacity: %w", err)
	}
	var file capacityFile
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&file); err != nil {
		return fmt.Errorf("read capacity %s: %w", path, inJSONTerms(err))
	}
	err = s.store.Update(func(tx *state.Tx) error {
		for _, t := range file.InstanceTypes {
			if err := t.check(); err != nil {
				return err
			}
			ec2.AddInstanceType(tx, ec2.InstanceType{
				Name: t.Name, VCPUs: t.VCPUs, MemoryMiB: t.MemoryMiB, Registered: t.RegisteredMiB, ENIs: t.NetworkInterfaces, GPUs: t.GPUs,
				Architecture: t.Architecture,
			})
		}
		return nil
	})
	for n, wanted := range file.Instances {
		if err == nil {
			_, err = s.launch(ctx, wanted, fmt.Sprintf("capacity %d", n))
		}
	}
	if err != nil {
		return fmt.Errorf("capacity %s: %w", path, err)
	}
	return nil
}

// inJSONTerms says of a value of a wrong type what users wrote, not what Go makes of it.
func inJSONTerms(err error) error {
	var wrong *json.UnmarshalTypeError
	switch {
	case !errors.As(err, &wrong):
		return err
	case wrong.Field == "":
		return fmt.Errorf(`a JSON %s stands where an object of "instanceTypes" and "instances" belongs`, wrong.Value)
	default:
		return fmt.Errorf("a JSON %s does not go into %s", wrong.Value, wrong.Field)
	}
}
