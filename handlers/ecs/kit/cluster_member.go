package kit

import (
	"strings"

	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
)

// memberName turns a name, id or ARN of something that lives in a cluster into its
// last part. resourceType is "task", "service" and so on. ARNs of the former short
// format name no cluster and are taken as of this one.
//
// Source: field reports; the words for another cluster are remembered.
func (c InCluster) memberName(ref, resourceType string) (string, error) {
	if !arn.Is(ref) {
		if strings.Contains(ref, "/") {
			return "", errSeparators
		}
		return ref, nil
	}
	parsed, err := parseARN(c.Scope, ref, resourceType)
	if err != nil {
		return "", err
	}
	if err := checkOwner(c.Scope, parsed); err != nil {
		return "", err
	}
	switch {
	case len(parsed.Resource) > 2:
		return "", errSeparators
	case len(parsed.Resource) == 2 && parsed.Resource[0] != c.Cluster.Name:
		return "", InvalidParameter("Invalid identifier: Identifier is for cluster " + parsed.Resource[0] +
			". Your cluster is " + c.Cluster.Name)
	}
	return parsed.Resource[len(parsed.Resource)-1], nil
}

// ErrTaskIDLength refuses an id of another length than those of tasks.
var ErrTaskIDLength = InvalidParameter("taskId length should be one of [32,36]")

// TaskARN turns an id or ARN of a task into its ARN, whether it exists or not.
func (c InCluster) TaskARN(ref string) (string, error) {
	id, err := c.memberName(ref, "task")
	if err != nil {
		return "", err
	}
	if len(id) != 32 && len(id) != 36 {
		return "", ErrTaskIDLength
	}
	return c.Scope.Task(c.Cluster.Name, id), nil
}

// ServiceARN turns a name or ARN of a service into its ARN, whether it exists or not.
func (c InCluster) ServiceARN(ref string) (string, error) {
	name, err := c.memberName(ref, "service")
	if err != nil {
		return "", err
	}
	return c.Scope.Service(c.Cluster.Name, name), nil
}
