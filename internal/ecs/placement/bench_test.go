package placement

import (
	"fmt"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// crowd registers n instances in three zones, each with as many attributes as an agent
// puts, none of which shares memory with those of others.
func crowd(t testing.TB, n int) *cluster {
	t.Helper()
	c := newCluster(t)
	c.update(t, func(tx *store.Tx) {
		for i := range n {
			zone := "eu-west-1" + string(rune('a'+i%3))
			instance := &state.ContainerInstance{
				ARN: scope.ContainerInstance("shop", arn.NewID()), EC2InstanceID: fmt.Sprintf("i-%017x", i), LaunchType: types.LaunchTypeEc2,
				Status: state.InstanceActive, AgentConnected: true, Zone: zone,
				Registered: state.Resources{CPU: 1 << 20, Memory: 1 << 20, Ports: []uint16{22, 2375, 2376, 51678, 51679}, ENIs: 2},
			}
			for k := range 50 {
				instance.Attributes = append(instance.Attributes, types.Attribute{Name: aws.String(fmt.Sprintf("ecs.capability.%02d", k))})
			}
			instance.Attributes = append(instance.Attributes, types.Attribute{Name: aws.String("ecs.instance-type"), Value: aws.String("m5.large")})
			state.PutContainerInstance(tx, instance, time.Time{})
		}
	})
	return c
}

// capabilities that a definition with logs, roles and an ECR image requires.
func capabilities(d *Demand) {
	for _, k := range []int{3, 7, 18, 24, 31, 40} {
		d.Requires = append(d.Requires, types.Attribute{Name: aws.String(fmt.Sprintf("ecs.capability.%02d", k))})
	}
}

// BenchmarkPlacement places one task as RunTask does, with a pool made for it.
func BenchmarkPlacement(b *testing.B) {
	for _, n := range []int{10, 100, 1000, 10_000} {
		c := crowd(b, n)
		for name, change := range map[string]func(*Demand){
			"any": func(*Demand) {}, "zones": strategy("spread", "attribute:ecs.availability-zone", "spread", "instanceId"),
			"binpack": strategy("binpack", "memory"), "attributes": capabilities,
			"type": memberOf("attribute:ecs.instance-type =~ m5.*"),
		} {
			b.Run(fmt.Sprintf("%s/%d", name, n), func(b *testing.B) {
				tx, chance := c.Read(), NewChance(1)
				b.ReportAllocs()
				for b.Loop() {
					if place, _ := NewPool(tx, c.row, chance).Place(demand(change)); place.ContainerInstance == "" {
						b.Fatal("no place")
					}
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(n), "ns/instance")
			})
		}
	}
}

// BenchmarkPlacementOfMany places 1,000 tasks over 1,000 instances from one pool.
func BenchmarkPlacementOfMany(b *testing.B) {
	c := crowd(b, 1000)
	tx := c.Read()
	for b.Loop() {
		pool, d := NewPool(tx, c.row, NewChance(1)), demand(capabilities, func(d *Demand) { d.Group = "service:web" })
		for range 1000 {
			if place, _ := pool.Place(d); place.ContainerInstance == "" {
				b.Fatal("no place")
			}
		}
	}
}
