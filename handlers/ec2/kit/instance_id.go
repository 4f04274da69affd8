package kit

import (
	"slices"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/lazyregexp"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

var instanceIDs = lazyregexp.New(`^i-([0-9a-f]{8}|[0-9a-f]{17})$`)

// NamedInstances returns the instances with some ids. Source of the texts: recorded
// answers; field reports where several are missing.
func NamedInstances(tx *store.Tx, scope arn.Scope, ids []string) (found []*ec2.Instance, err error) {
	var lost []string
	for _, id := range ids {
		if !instanceIDs.MatchString(id) {
			return nil, Refuse("InvalidInstanceID.Malformed", "Invalid id: \"%s\"", id)
		}
		i := ec2.FindInstance(tx, scope, id)
		if i == nil {
			lost = append(lost, id)
		} else if !slices.Contains(found, i) {
			found = append(found, i)
		}
	}
	switch len(lost) {
	case 0:
		return found, nil
	case 1:
		return nil, NoInstance(lost[0])
	}
	return nil, Refuse("InvalidInstanceID.NotFound", "The instance IDs '%s' do not exist", strings.Join(lost, ", "))
}

// NoInstance is the error that there is no instance by an id.
func NoInstance(id string) error {
	return Refuse("InvalidInstanceID.NotFound", "The instance ID '%s' does not exist", id)
}
