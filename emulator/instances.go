package emulator

import (
	"context"

	"github.com/ecs-emulator/ecs-emulator/internal/app"
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
	// Tags are the tags of the instances and of the container instances.
	Tags map[string]string `json:"tags"`
	// ImageID is shown and has no effect. Default: the ECS-optimized Amazon Linux 2023.
	ImageID string `json:"imageId"`
}

// AddInstances launches EC2 instances and returns when they are container instances, in
// status ACTIVE. It returns their ARNs.
func (s *Server) AddInstances(ctx context.Context, wanted Instances) (arns []string, err error) {
	return s.parts.ec2.AddInstances(ctx, app.Instances(wanted))
}
