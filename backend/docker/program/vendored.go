//go:build ecs_emulator_programs

package program

// Nothing is built with this tag. The imports are for `go mod vendor` and `go mod tidy`,
// which look at all files: a module that requires this one then has what the programs need.
import (
	_ "github.com/ecs-emulator/ecs-emulator/backend/docker/program/balancer"
	_ "github.com/ecs-emulator/ecs-emulator/backend/docker/program/relay"
	_ "github.com/ecs-emulator/ecs-emulator/backend/docker/program/sandbox"
	_ "github.com/ecs-emulator/ecs-emulator/backend/docker/program/session"
)
