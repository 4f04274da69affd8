package engineroom

// Load is what runs on an engine, and what that reserves of it.
type Load struct {
	Tasks       int
	CPU, Memory int // CPU units and MiB
}

func (l *Load) add(m Load, times int) {
	l.Tasks += times * m.Tasks
	l.CPU += times * m.CPU
	l.Memory += times * m.Memory
}

// choose returns the engine whose smaller share of free CPU and memory is largest once what is asked for is
// there. Of several the one with the fewest tasks is chosen, and of these the first. There may be more on an engine than it
// has: then the shares are negative. It is -1 where no engine suits.
func choose(engines []Engine, loads []Load, asks Load, suits func(*Engine) bool) int {
	best, bestShare := -1, 0.0
	for i := range engines {
		e := &engines[i]
		if !suits(e) {
			continue
		}
		share := min(free(e.CPU, loads[i].CPU+asks.CPU), free(e.Memory, loads[i].Memory+asks.Memory))
		if best < 0 || share > bestShare || share == bestShare && loads[i].Tasks < loads[best].Tasks {
			best, bestShare = i, share
		}
	}
	return best
}

// free is the share of what an engine has that is not reserved. One that has not told what it has counts as the smallest.
func free(has, reserved int) float64 {
	has = max(has, 1)
	return float64(has-reserved) / float64(has)
}
