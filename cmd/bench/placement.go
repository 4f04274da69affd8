package main

import (
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/ec2/ec2network"
	"github.com/ecs-emulator/ecs-emulator/internal/placement"
	"github.com/ecs-emulator/ecs-emulator/internal/state"
)

// measurePlacement places one task at a time, each in a pool made of the store's rows, as
// RunTask does, among ten container instances and among more and more. What a placement
// costs beside its look at the instances shows with the ten.
func measurePlacement(b *bench) error {
	const few = 10
	base := 0.0 // what a placement costs among few
	for _, n := range []int{few, 100, 1000, 10_000} {
		name := fmt.Sprintf("one placement among %d instances", n)
		if !b.wanted("instances/" + name) {
			continue
		}
		tx, cluster, err := fleet(n)
		if err != nil {
			return err
		}
		took := median(b.placementTimes(tx, cluster))
		line := row{name: name, figure: fmt.Sprintf("%.0f µs", took/1000)}
		if n > few {
			line.held = (took - base) / float64(n-few)
			line.figure += fmt.Sprintf(", %.0f ns each", line.held)
			line.goal = atMost(100, " ns")
		} else {
			base = took
		}
		b.report.add(line)
	}
	return nil
}

// placementTimes is how many nanoseconds a placement takes, by round.
func (b *bench) placementTimes(tx *state.Tx, cluster *state.Cluster) (took []float64) {
	for range b.rounds {
		placed, began := 0, time.Now()
		for ; time.Since(began) < b.burst; placed++ {
			pool := placement.NewPool(tx, cluster, placement.NewChance(uint64(placed)))
			if place, _ := pool.Place(webDemand()); place.ContainerInstance == "" {
				panic("no place for a task on an empty container instance")
			}
		}
		took = append(took, float64(time.Since(began))/float64(placed))
	}
	return took
}

// webDemand is that of a task of a service with a strategy and a fixed port.
func webDemand() *placement.Demand {
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

// fleet is a cluster with so many empty container instances in three zones.
func fleet(n int) (*state.Tx, *state.Cluster, error) {
	scope := arn.Scope{Region: "us-east-1", Account: "123456789012"}
	cluster := &state.Cluster{ARN: scope.Cluster("shop"), Name: "shop", Status: state.ClusterActive}
	s, err := state.Open(state.Options{})
	if err != nil {
		return nil, nil, err
	}
	err = s.Update(func(tx *state.Tx) error {
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
