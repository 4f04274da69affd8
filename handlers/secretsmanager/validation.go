package secretsmanager

import (
	_ "embed"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi/constraint"
)

//go:embed model.json
var table []byte

// model is what the service model demands of requests.
var model = constraint.New(table, constraint.Style{Required: []string{"Filter.Key", "Filter.Values"}})
