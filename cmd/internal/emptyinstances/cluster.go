// Package emptyinstances makes clusters of container instances without tasks, to measure placement among them.
package emptyinstances

import (
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2/ec2network"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/placement"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// Cluster is one, in a store of its own, with so many empty container instances in three zones.
func Cluster(n int) (*store.Tx, *state.Cluster, error) {
	scope := arn.Scope{Region: "us-east-1", Account: "123456789012"}
	cluster := &state.Cluster{ARN: scope.Cluster("shop"), Name: "shop", Status: state.ClusterActive}
	s, err := state.Open(store.Options{})
	if err != nil {
		return nil, nil, err
	}
	err = s.Update(func(tx *store.Tx) error {
		state.PutCluster(tx, cluster)
		for i := range n {
			zone := ec2network.Zone(scope.Region, i)
			state.PutContainerInstance(tx, &state.ContainerInstance{
				ARN: scope.ContainerInstance("shop", arn.NewID()), LaunchType: types.LaunchTypeEc2,
				Status: state.InstanceActive, AgentConnected: true, Zone: zone,
				Registered: state.Resources{CPU: 2048, Memory: 7764, Ports: []uint16{22, 2375, 2376, 51678, 51679}},
				Attributes: []types.Attribute{
					{Name: aws.String("com.amazonaws.ecs.capability.docker-remote-api.1.17")},
					{Name: aws.String("com.amazonaws.ecs.capability.docker-remote-api.1.18")},
					{Name: aws.String("ecs.availability-zone"), Value: &zone},
					{Name: aws.String("ecs.cpu-architecture"), Value: aws.String("x86_64")},
					{Name: aws.String("ecs.instance-type"), Value: aws.String("m5.large")},
				},
			}, time.Time{})
		}
		return nil
	})
	return s.Read(), cluster, err
}

// Demand is the demand of a task of a service with a strategy and a fixed port.
func Demand() *placement.Demand {
	return &placement.Demand{
		LaunchType: types.LaunchTypeEc2, Group: "service:web",
		Reserved: &state.Reservation{CPU: 256, Memory: 512, Ports: []uint16{8080}},
		Requires: []types.Attribute{
			{Name: aws.String("com.amazonaws.ecs.capability.docker-remote-api.1.18")},
			{Name: aws.String("ecs.cpu-architecture"), Value: aws.String("x86_64")},
		},
		Strategy: []types.PlacementStrategy{
			{Type: types.PlacementStrategyTypeSpread, Field: aws.String("attribute:ecs.availability-zone")},
			{Type: types.PlacementStrategyTypeBinpack, Field: aws.String("memory")},
		},
	}
}
