package eventbridge

import (
	_ "embed"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi/constraint"
)

//go:embed model.json
var table []byte

// model is what the service model demands of requests.
var model = constraint.New(table, constraint.Style{
	Enums:    map[string][]string{"LaunchType": {"FARGATE", "EXTERNAL", "EC2"}}, // EVB0004
	Patterns: map[string]string{`^(?!\s*$).+`: `.*\S.*`},                        // of parameters of a path
})
