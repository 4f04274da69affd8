package ledger

import "time"

// Minute is the least that is billed of a Linux task and of an instance, in seconds. Source: COST2; of instances EC2's page of
// On-Demand prices.
const Minute = 60

// Task is what is billed of a task.
type Task struct {
	Of
	// CPU is in CPU units, and Memory in MiB; FargateCPU and FargateMemory are of the smallest size of Fargate that holds the task, zero
	// if none does. Storage is in GB above 20.
	CPU, Memory, FargateCPU, FargateMemory, Storage int64
	ENI, Public                                     bool // it has a network interface, with a public address
	// AttachedAt is when it had its network interface, PullStartedAt when the download of its images began, and RunningAt when it was
	// RUNNING; each is zero if that was not.
	AttachedAt, PullStartedAt, RunningAt time.Time
	// End is when it was STOPPED, or the present.
	End time.Time
}

// Billed are the seconds that are billed of the task: from the start of the pull, rounded up, a minute at least. One that never
// came to its pull is not billed. Source: COST1 to COST3. That the end is stoppedAt, and not an earlier time, is nowhere written.
func (t *Task) Billed() int64 {
	if t.PullStartedAt.IsZero() {
		return 0
	}
	return max(Minute, seconds(t.PullStartedAt, t.End))
}

// starting are the seconds from the start of the pull to RUNNING; of a task that never was RUNNING, to its end.
func (t *Task) starting() int64 {
	until := t.End
	if !t.RunningAt.IsZero() && t.RunningAt.Before(until) {
		until = t.RunningAt
	}
	return seconds(t.PullStartedAt, until)
}

// Bill adds what is billed of the task to the periods in which it is used. Sums are by the periods of a time.
func (t *Task) Bill(now time.Time, add Adder) {
	t.billAddress(now, add)
	billed := t.Billed()
	if billed == 0 {
		return
	}
	starting, from := t.starting(), kept(t.PullStartedAt)
	t.steps(from, billed, time.Second, now, add, func(before, after int64) Amounts {
		n := after - before
		a := Amounts{
			Seconds: n, StartSeconds: min(after, starting) - min(before, starting), CPUSeconds: n * t.CPU, MiBSeconds: n * t.Memory,
			StorageSeconds: n * t.Storage, FargateCPUSeconds: n * t.FargateCPU, FargateMiBSeconds: n * t.FargateMemory,
		}
		if before == 0 {
			a.Count = 1
		}
		if t.ENI {
			a.ENISeconds = n
		}
		if t.FargateCPU == 0 {
			a.TooLargeSeconds = n
		}
		return a
	})
}

// billAddress adds the public address, which the task has as long as its network interface. That parts of an hour are billed by
// the second is remembered.
func (t *Task) billAddress(now time.Time, add Adder) {
	from := t.AttachedAt
	if from.IsZero() {
		from = t.PullStartedAt
	}
	if !t.Public || from.IsZero() {
		return
	}
	t.steps(kept(from), seconds(from, t.End), time.Second, now, add, func(before, after int64) Amounts {
		return Amounts{PublicSeconds: after - before}
	})
}
