// Package demand has the sums of what tasks asked for, by region, period of the clock and architecture: what package
// compare prices.
package demand

import "time"

// Period is what all tasks of a region and an architecture asked for in one period of the clock, wherever they ran. Tasks
// that are still running count up to now. Times are billed seconds as on Fargate: from the start of the pull, a minute at
// least.
type Period struct {
	Region       string
	Start        time.Time     // of an hour, or of a day
	Length       time.Duration // from the first that was billed in it to its end, or to now
	Architecture string        // X86_64 or ARM64

	TaskSeconds int64
	// CPUSeconds are seconds of CPU units, of which 1024 are a vCPU; MiBSeconds of MiB of memory; ENISeconds of network
	// interfaces of tasks' own. They are what the tasks asked for.
	CPUSeconds, MiBSeconds, ENISeconds int64
	// FargateCPUSeconds and FargateMiBSeconds are of the smallest size of Fargate that holds each task, which of a task on
	// Fargate is its own.
	FargateCPUSeconds, FargateMiBSeconds int64
	// StorageGBSeconds are of ephemeral storage above 20 GB.
	StorageGBSeconds int64
	// TooLargeSeconds are of tasks that no size of Fargate holds. They are in none of the sums of Fargate.
	TooLargeSeconds int64
}
