package apiclient

import "github.com/ecs-emulator/ecs-emulator/internal/base/wire"

// ECS is an operation of Amazon ECS, with those errors of its own that a caller tells apart from others. The SDK's client
// for it would add 2 MB to the program.
func ECS(name string, errors ...string) Operation {
	return Operation{Service: "ECS", Signed: "ecs", Target: "AmazonEC2ContainerServiceV20141113", Name: name, Errors: errors, Codec: wire.LowerCamel}
}
