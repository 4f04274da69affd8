package control

import "context"

// MeasureLogs adds how many bytes of log events there are, and whether there is room for more.
func MeasureLogs(size func() int64, disk func() State) Measure {
	return func(_ context.Context, to *Exposition) {
		to.Family("gauge", "ecs_emulator_log_bytes", "Size of all log events that are kept.")
		to.Sample("ecs_emulator_log_bytes", size())
		full := 1
		if disk().Status == StateReady {
			full = 0
		}
		to.Family("gauge", "ecs_emulator_log_disk_full", "1 while the disk has no room for log events: the oldest go, or new ones wait.")
		to.Sample("ecs_emulator_log_disk_full", full)
	}
}
