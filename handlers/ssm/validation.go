package ssm

import (
	_ "embed"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi/constraint"
)

//go:embed model.json
var table []byte

// model is what the service model demands of requests.
var model = constraint.New(table, constraint.Style{
	// Filters have errors of their own (SSM0005).
	Own: []string{"ParameterStringFilter.Option", "ParameterStringFilter.Values"},
	Seen: map[string]constraint.Shape{
		"PutParameterInput.Value":   constraint.Length(1, 0).Hidden(), // SSM0011
		"GetParameterInput.Name":    constraint.Length(1, 0),          // with a selector behind it
		"ParameterStringFilter.Key": constraint.Length(1, 132),
	},
	Enums: map[string][]string{"ParameterType": {"SecureString", "StringList", "String"}}, // SSM0011
})
