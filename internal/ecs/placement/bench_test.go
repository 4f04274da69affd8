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

// crowd registers n instances in three zones, each with attributes.
func crowd(t testing.TB, n int, attributes func(zone string) []types.Attribute) *cluster {
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
			instance.Attributes = attributes(zone)
			state.PutContainerInstance(tx, instance, time.Time{})
		}
	})
	return c
}

// many are as many attributes as an agent puts, none of which shares memory with attributes of others.
func many(string) (list []types.Attribute) {
	for k := range 50 {
		list = append(list, types.Attribute{Name: aws.String(fmt.Sprintf("ecs.capability.%02d", k))})
	}
	return append(list, types.Attribute{Name: aws.String("ecs.instance-type"), Value: aws.String("m5.large")})
}

// few are what the demand of BenchmarkGoalInstance asks for, and the zone.
func few(zone string) []types.Attribute {
	return []types.Attribute{
		{Name: aws.String("com.amazonaws.ecs.capability.docker-remote-api.1.17")}, {Name: aws.String("com.amazonaws.ecs.capability.docker-remote-api.1.18")},
		{Name: aws.String(zoneAttribute), Value: &zone}, {Name: aws.String("ecs.cpu-architecture"), Value: aws.String("x86_64")},
		{Name: aws.String("ecs.instance-type"), Value: aws.String("m5.large")},
	}
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
		c := crowd(b, n, many)
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
	c := crowd(b, 1000, many)
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

// BenchmarkGoalInstance is what an instance more costs a placement, beyond the first ten.
func BenchmarkGoalInstance(b *testing.B) {
	const least, during = 10, 300 * time.Millisecond
	place := func(b *testing.B, n int) float64 {
		c := crowd(b, n, few)
		tx, d := c.Read(), demand(strategy("spread", "attribute:ecs.availability-zone", "binpack", "memory"), func(d *Demand) {
			d.Reserved.Ports = []uint16{8080}
			d.Requires = []types.Attribute{
				{Name: aws.String("com.amazonaws.ecs.capability.docker-remote-api.1.18")}, {Name: aws.String("ecs.cpu-architecture"), Value: aws.String("x86_64")},
			}
		})
		placed, began := 0, time.Now()
		for ; time.Since(began) < during; placed++ {
			if place, _ := NewPool(tx, c.row, NewChance(uint64(placed))).Place(d); place.ContainerInstance == "" {
				b.Fatal("no place")
			}
		}
		return float64(time.Since(began).Nanoseconds()) / float64(placed)
	}
	for _, n := range []int{1000, 10_000} {
		b.Run(fmt.Sprint("of ", n), func(b *testing.B) {
			for b.Loop() {
				b.ReportMetric((place(b, n)-place(b, least))/float64(n-least), "ns≤100")
			}
		})
	}
}
