package scaling

import (
	"fmt"
	"testing"

	"pgregory.net/rapid"

	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

func TestEstimate(t *testing.T) {
	times := func(n int, need state.Reservation) (list []*state.Reservation) {
		for range n {
			list = append(list, &need)
		}
		return list
	}
	big, small := state.Reservation{CPU: 1536, Memory: 1024}, state.Reservation{CPU: 512, Memory: 128}
	for _, c := range []struct {
		what               string
		waiting            []*state.Reservation
		types              []Size
		instances, leftOut int
	}{
		{"none", nil, []Size{m5large}, 0, 0},
		{"by CPU", times(9, state.Reservation{CPU: 512}), []Size{m5large}, 3, 0},
		{"by memory", times(3, state.Reservation{Memory: 4000}), []Size{m5large}, 3, 0},
		{"by network interfaces", times(5, state.Reservation{CPU: 1, ENI: true}), []Size{m5large}, 3, 0},
		{"by GPUs", times(5, state.Reservation{GPUs: 2}), []Size{{GPUs: 4}}, 3, 0},
		{"by ports", times(3, state.Reservation{Ports: []uint16{80}}), []Size{m5large}, 3, 0},
		{"another protocol is another port", append(times(2, state.Reservation{Ports: []uint16{53}}), times(2, state.Reservation{PortsUDP: []uint16{53}})...), []Size{m5large}, 2, 0},
		{"groups share instances", append(times(3, small), times(3, big)...), []Size{m5large}, 3, 0},
		{"a task that is too big", times(2, state.Reservation{CPU: 2049}), []Size{m5large}, 0, 2},
		{"for the smallest type", append(times(1, state.Reservation{Memory: 6000}), &small), []Size{m5large, {CPU: 2048, Memory: 3704, ENIs: 2}}, 1, 1},
		{"no types", times(2, small), nil, 0, 2},
	} {
		if instances, leftOut := Estimate(c.waiting, Smallest(c.types)); instances != c.instances || leftOut != c.leftOut {
			t.Errorf("%s: %d instances, %d left out; want %d, %d", c.what, instances, leftOut, c.instances, c.leftOut)
		}
	}
}

func needs(t *rapid.T) (waiting []*state.Reservation) {
	for range rapid.IntRange(0, 40).Draw(t, "tasks") {
		need := &state.Reservation{
			CPU: 128 * rapid.IntRange(0, 20).Draw(t, "cpu"), Memory: 256 * rapid.IntRange(0, 34).Draw(t, "memory"),
			GPUs: rapid.IntRange(0, 2).Draw(t, "gpus"), ENI: rapid.Bool().Draw(t, "eni"),
		}
		if rapid.Bool().Draw(t, "port") {
			need.Ports = []uint16{rapid.Uint16Range(80, 82).Draw(t, "which")}
		}
		waiting = append(waiting, need)
	}
	return waiting
}

// The estimate is never less than the sum of what tasks need, and never more than an instance for each; fewer
// instances are not wanted when one more task waits.
func TestTheEstimateOverbooksNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		size := Size{CPU: 2048, Memory: 7764, GPUs: rapid.IntRange(0, 2).Draw(t, "gpus"), ENIs: rapid.IntRange(0, 4).Draw(t, "enis")}
		var sum Size
		ports := map[uint16]int{}
		held := 0
		waiting := needs(t)
		for _, need := range waiting {
			if !(&bin{free: size}).holds(need) {
				continue
			}
			held++
			sum = Size{sum.CPU + need.CPU, sum.Memory + need.Memory, sum.GPUs + need.GPUs, sum.ENIs + enis(need)}
			for _, port := range need.Ports {
				ports[port]++
			}
		}
		instances, leftOut := Estimate(waiting, size)
		least := max(ports[80], ports[81], ports[82])
		for _, part := range [][2]int{{sum.CPU, size.CPU}, {sum.Memory, size.Memory}, {sum.GPUs, size.GPUs}, {sum.ENIs, size.ENIs}} {
			if part[0] > 0 {
				least = max(least, (part[0]+part[1]-1)/part[1])
			}
		}
		if leftOut != len(waiting)-held || instances < least || instances > held {
			t.Fatalf("%d instances of %+v for %d tasks, %d left out; want %d at least, %d left out", instances, size, held, leftOut, least, len(waiting)-held)
		}
	})
}

// BenchmarkGoalEstimate estimates the instances for 500 tasks that wait, of so many sizes.
func BenchmarkGoalEstimate(b *testing.B) {
	const tasks = 500
	size := Size{CPU: 4096, Memory: 15708, ENIs: 3}
	for _, kinds := range []int{1, 50, 500} {
		var waiting []*state.Reservation
		var sum Size
		for n := range tasks {
			k := n % kinds
			need := &state.Reservation{CPU: 128 + k, Memory: 256 + 7*k%1024, ENI: k%2 == 0}
			waiting = append(waiting, need)
			sum = Size{CPU: sum.CPU + need.CPU, Memory: sum.Memory + need.Memory, ENIs: sum.ENIs + enis(need)}
		}
		least := max((sum.CPU+size.CPU-1)/size.CPU, (sum.Memory+size.Memory-1)/size.Memory, (sum.ENIs+size.ENIs-1)/size.ENIs)
		b.Run(fmt.Sprint(kinds, " kinds"), func(b *testing.B) {
			instances, leftOut := 0, 0
			for b.Loop() {
				instances, leftOut = Estimate(waiting, size)
			}
			if leftOut != 0 || instances < least || instances > 2*least {
				b.Fatalf("%d instances, %d tasks left out; want between %d and twice as many, and none", instances, leftOut, least)
			}
			b.ReportMetric(b.Elapsed().Seconds()*1000/float64(b.N), "ms≤5")
		})
	}
}
