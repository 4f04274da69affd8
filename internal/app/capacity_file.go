package app

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/base/userfile"
)

type capacityFile struct {
	// InstanceTypes are known beside AWS's.
	InstanceTypes []InstanceType `json:"instanceTypes"`
	Instances     []Instances    `json:"instances"`
}

// InstanceType is an instance type that AWS does not have, or that differs from AWS's.
type InstanceType struct {
	Name      string `json:"name"`
	VCPUs     int    `json:"vcpus"`
	MemoryMiB int    `json:"memoryMiB"`
	// RegisteredMiB is the memory that container instances register. Default 96 % of MemoryMiB.
	RegisteredMiB int `json:"registeredMiB"`
	// NetworkInterfaces is the number of network interfaces, the primary one included. Default 3.
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
		return fmt.Errorf("instance type %s registers more memory than it has, or a negative amount", t.Name)
	case t.NetworkInterfaces < 0 || t.NetworkInterfaces > 1000 || t.GPUs < 0 || t.GPUs > 1000:
		return fmt.Errorf("instance type %s has a number of networkInterfaces or gpus that is out of range", t.Name)
	case t.Architecture != "" && t.Architecture != ec2.X86 && t.Architecture != ec2.ARM:
		return fmt.Errorf("instance type %s: architecture %q is none of %s and %s", t.Name, t.Architecture, ec2.X86, ec2.ARM)
	}
	return nil
}

// AddCapacity launches what a file lists and is not there from an earlier run. It does not
// wait for the instances.
func (c *EC2) AddCapacity(ctx context.Context, path string) error {
	text, err := userfile.Read(ctx, path, userfile.MiB)
	if err != nil {
		return fmt.Errorf("read capacity: %w", err)
	}
	var file capacityFile
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&file); err != nil {
		return fmt.Errorf("read capacity %s: %w", path, inJSONTerms(err))
	}
	err = c.Store.Update(func(tx *store.Tx) error {
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
			_, err = c.launch(ctx, wanted, fmt.Sprintf("capacity %d", n))
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
