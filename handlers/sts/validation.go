package sts

import (
	_ "embed"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi/constraint"
)

//go:embed model.json
var table []byte

// model is what the service model demands of requests. What it does not have is of the STS API
// reference, AssumeRole.
var model = constraint.New(table, constraint.Style{
	Code: "ValidationError", PatternFirst: true,
	Seen: map[string]constraint.Shape{
		"AssumeRoleInput.PolicyArns":                             constraint.Length(0, 10),
		"AssumeRoleWithWebIdentityInput.PolicyArns":              constraint.Length(0, 10),
		"GetFederationTokenInput.PolicyArns":                     constraint.Length(0, 10),
		"GetFederationTokenInput.MinimumSessionTokenSize":        constraint.Range(0, maxTokenSize),
		"AssumeRoleInput.MinimumSessionTokenSize":                constraint.Range(0, maxTokenSize),
		"AssumeRoleWithWebIdentityInput.MinimumSessionTokenSize": constraint.Range(0, maxTokenSize),
		"GetSessionTokenInput.MinimumSessionTokenSize":           constraint.Range(0, maxTokenSize),
	},
	Patterns: map[string]string{
		`[\u0009\u000A\u000D\u0020-\u007E\u0085\u00A0-\uD7FF\uE000-\uFFFD\u10000-\u10FFFF]+`: `[\t\n\r -~\x{85}\x{A0}-\x{D7FF}\x{E000}-\x{FFFD}\x{10000}-\x{10FFFF}]+`,
	},
})

// validationError has no type in the SDK.
func validationError(format string, args ...any) error {
	return awsapi.Errorf("ValidationError", format, args...)
}
