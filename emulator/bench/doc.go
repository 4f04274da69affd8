// Package bench has the benchmarks that need a whole emulator: what tasks, services, events, alarms and deployments cost
// it. They are apart from the tests of package emulator, which take minutes to build. `make bench` prints their figures
// beside goals:
//
//	go run ./cmd/bench -only goals/emulator
//	go test ./emulator/bench -run '^$' -bench GoalYear -benchtime 1x
package bench
