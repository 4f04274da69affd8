package emulator

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2/ec2network"
	"github.com/ecs-emulator/ecs-emulator/internal/base/apiclient"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs"
	ecstypes "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/base/userfile"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/quota"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// Instances are EC2 instances that join a cluster, for AddInstances and the file of
// Options.CapacityFile.
type Instances struct {
	// Cluster is the cluster that they join; it is created if it does not exist. Default "default".
	Cluster string `json:"cluster"`
	// InstanceType is a type of AWS's or of the capacity file. Default t3.medium.
	InstanceType string `json:"instanceType"`
	// Count is the number of instances. Default 1.
	Count int `json:"count"`
	// AvailabilityZone is the zone of all of them. Default: spread over the zones of the region.
	AvailabilityZone string `json:"availabilityZone"`
	// Attributes are added to those that the agent registers for the container instances.
	Attributes map[string]string `json:"attributes"`
	// Tags are those of the instances and of the container instances.
	Tags map[string]string `json:"tags"`
	// ImageID is shown and has no effect. Default: the ECS-optimized Amazon Linux 2023.
	ImageID string `json:"imageId"`
}

// maxInstances bounds one request, so that a mistake is not taken for a wish.
const maxInstances = 20_000

// AddInstances launches EC2 instances and returns when they are container instances, in
// status ACTIVE. It returns their ARNs.
func (s *Server) AddInstances(ctx context.Context, wanted Instances) (arns []string, err error) {
	watch := s.store.Watch(0, ec2.OnInstances())
	defer watch.Close()
	ids, err := s.launch(ctx, wanted, "")
	if err != nil {
		return nil, fmt.Errorf("add instances: %w", err)
	}
	for _, id := range ids {
		for {
			if i := ec2.FindInstance(s.store.Read(), s.scope(), id); i == nil || i.Wanted != types.InstanceStateNameRunning {
				return arns, fmt.Errorf("add instances: %s was stopped meanwhile", id)
			} else if i.ContainerInstance != "" {
				arns = append(arns, i.ContainerInstance)
				break
			}
			key, err := watch.Next(ctx)
			if err != nil {
				return arns, fmt.Errorf("add instances: wait for %s: %w", id, err)
			}
			watch.Done(key)
		}
	}
	return arns, nil
}

func (s *Server) scope() arn.Scope { return arn.Scope{Region: s.opts.Region, Account: s.opts.Account} }

// launch launches instances and returns their ids. Those that an earlier run has launched
// with the same token count; an empty token is none.
func (s *Server) launch(ctx context.Context, wanted Instances, token string) (ids []string, err error) {
	wanted.Cluster = cmp.Or(wanted.Cluster, "default")
	wanted.InstanceType = cmp.Or(wanted.InstanceType, "t3.medium")
	wanted.Count = cmp.Or(wanted.Count, 1)
	if wanted.Count < 0 || wanted.Count > maxInstances {
		return nil, fmt.Errorf("count %d is not between 1 and %d", wanted.Count, maxInstances)
	}
	subnets, err := s.subnetsOf(wanted.AvailabilityZone)
	if err != nil {
		return nil, err
	}
	if err := s.client.Do(ctx, apiclient.Root(s.scope()), apiclient.ECS("CreateCluster"), &ecs.CreateClusterInput{ClusterName: &wanted.Cluster}, nil); err != nil {
		return nil, fmt.Errorf("make cluster %s: %w", wanted.Cluster, err)
	}
	err = s.store.Update(func(tx *store.Tx) error {
		ids = nil
		t := ec2.FindInstanceType(tx, wanted.InstanceType)
		if t == nil {
			return fmt.Errorf("instance type %s is not known; a capacity file may add it", wanted.InstanceType)
		}
		there, joining := 0, 0
		for _, i := range ec2.Instances(tx, s.scope()) {
			if i.Wanted == types.InstanceStateNameTerminated {
				continue
			}
			if token != "" && i.ClientToken == token {
				there++
			}
			if i.Wanted == types.InstanceStateNameRunning && i.Agent.Cluster == wanted.Cluster && i.ContainerInstance == "" {
				joining++
			}
		}
		registered, more := state.FindClusterSummary(tx, s.scope().Cluster(wanted.Cluster)).ContainerInstances, wanted.Count-there
		if more > 0 && !s.quotas.Allows(quota.ContainerInstances, registered+joining+more) {
			return fmt.Errorf("the quota %s leaves no room for %d more in cluster %s", quota.ContainerInstances, more, wanted.Cluster)
		}
		room := ec2.RoomIn(tx, state.TaskInterfaces(tx)).Without(s.faults.outages.View())
		for n := there; n < wanted.Count; n++ {
			spec := wanted.spec(s.scope(), t)
			spec.PublicIP = new(bool) // they may be thousands, and public addresses are few
			spec.At, spec.Subnet, spec.ClientToken = s.clock.Now(), subnets[n%len(subnets)], token
			launched, err := ec2.Launch(tx, room, spec)
			if err != nil {
				return err
			}
			ids = append(ids, launched[0].ID)
		}
		return nil
	})
	return ids, err
}

func (s *Server) subnetsOf(zone string) (found []*ec2network.Subnet, err error) {
	all, _ := ec2network.DefaultNetwork(s.scope())
	for _, subnet := range all {
		if zone == "" || subnet.Zone == zone {
			found = append(found, subnet)
		}
	}
	if found == nil {
		return nil, fmt.Errorf("availability zone %q is none of %v", zone, ec2network.Zones(s.opts.Region))
	}
	return found, nil
}

// spec is what one of the instances is launched from.
func (i Instances) spec(scope arn.Scope, t *ec2.InstanceType) ec2.Spec {
	agent := &ec2.Agent{Cluster: i.Cluster}
	for _, name := range slices.Sorted(maps.Keys(i.Attributes)) {
		agent.Attributes = append(agent.Attributes, ecstypes.Attribute{Name: &name, Value: aws.String(i.Attributes[name])})
	}
	for _, key := range slices.Sorted(maps.Keys(i.Tags)) {
		agent.Tags = append(agent.Tags, ecstypes.Tag{Key: &key, Value: aws.String(i.Tags[key])})
	}
	spec := ec2.Spec{Scope: scope, Count: 1, Type: t.Name, Image: i.ImageID, Tags: maps.Clone(i.Tags), Agent: agent}
	if image := ec2.DefaultImage(scope.Region, t); spec.Image == "" && image != nil {
		spec.Image = image.ID
	}
	return spec
}

// capacityFile is the file of --capacity.
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

// addCapacity launches what a file lists and is not there from an earlier run. It does not
// wait for the instances.
func (s *Server) addCapacity(ctx context.Context, path string) error {
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
	err = s.store.Update(func(tx *store.Tx) error {
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
