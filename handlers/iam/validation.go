package iam

import (
	_ "embed"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi/constraint"
	"github.com/ecs-emulator/ecs-emulator/internal/base/lazyregexp"
)

//go:embed model.json
var table []byte

// model is what the service model demands of requests (IAM0001, IAM0006); the order of values is from recorded answers.
var model = constraint.New(table, constraint.Style{
	Code: "ValidationError", HidesValues: true, PatternFirst: true, NullInElements: []string{"tagKeyType"},
	Enums: map[string][]string{
		"EntityType":         {"LocalManagedPolicy", "User", "AWSManagedPolicy", "Role", "Group"},
		"ContextKeyTypeEnum": {"binary", "ipList", "booleanList", "ip", "boolean", "numericList", "dateList", "numeric", "date", "stringList", "string", "binaryList"},
	},
	Patterns: map[string]string{"^[a-z0-9]([a-z0-9]|-(?!-)){1,61}[a-z0-9]$": "[a-z0-9](-?[a-z0-9])+"},
})

// The forms of paths and of names within ARNs. Source: IAM API reference.
var (
	pathForm = lazyregexp.New(`^(?:/|/[!-~]+/)$`)
	nameForm = lazyregexp.New(`^[\w+=,.@-]+$`)
)

// pathOrRoot is the path of something that is made.
func pathOrRoot(path *string) string {
	if path == nil {
		return "/"
	}
	return *path
}

// under reports whether a path is one that a list asks for.
func under(path string, prefix *string) bool { return strings.HasPrefix(path, aws.ToString(prefix)) }
