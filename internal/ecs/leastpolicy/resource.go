package leastpolicy

import (
	"strings"

	"github.com/ecs-emulator/ecs-emulator/internal/base/lazyregexp"
)

// made are the kinds of resources to which ECS gives an id, with the number of slashes in their ARNs (AC70).
var made = map[string]int{
	"task": 2, "container-instance": 2, "task-set": 3, "service-deployment": 3, "service-revision": 3, "daemon-deployment": 3, "daemon-revision": 3,
}

// ofTask is the name of a log stream that ends with the id of a task.
var ofTask = lazyregexp.New(`:log-stream:.*/[0-9a-f]{32}$`)

// generalized is the pattern of a resource: its ARN, with a * for what ECS makes. Where ECS itself asks for a * in place of an
// id, the ARN has it already (AC71).
func generalized(resource string) string {
	parts := strings.SplitN(resource, ":", 6)
	if len(parts) < 6 || parts[0] != "arn" {
		return resource
	}
	kind, _, _ := strings.Cut(parts[5], "/")
	slashes := strings.Count(parts[5], "/")
	switch {
	case parts[2] == "logs" && ofTask.MatchString(resource), parts[2] == "ecs" && slashes > 0 && slashes == made[kind],
		parts[2] == "ec2" && kind == "volume": // of a task
		return upTo(resource, "/") + "*"
	case parts[2] == "ecs" && strings.HasSuffix(kind, "task-definition") && strings.Contains(parts[5], ":"):
		return upTo(resource, ":") + "*"
	}
	return resource
}

// escaped is a resource in a document, which would take ${ for a variable.
func escaped(resource string) string { return strings.ReplaceAll(resource, "${", "${$}{") }

// upTo is a text up to the last separator, with that.
func upTo(text, separator string) string { return text[:strings.LastIndex(text, separator)+1] }
