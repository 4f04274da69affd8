package simulation

import (
	"fmt"

	"github.com/aws/aws-sdk-go-v2/service/iam/types"

	"github.com/ecs-emulator/ecs-emulator/internal/base/policy"
)

// Identity reads the member PolicyInputList.
func Identity(documents []string) ([]policy.Source, error) { return read("PolicyInputList", documents) }

// Boundary reads the member PermissionsBoundaryPolicyInputList, nil if it is empty.
func Boundary(documents []string) (*policy.Source, error) {
	if len(documents) > 1 {
		return nil, refuse("The list of Permissions Boundary policies cannot exceed 1 items.")
	}
	list, err := read("PermissionsBoundaryPolicyInputList", documents)
	if err != nil || len(list) == 0 {
		return nil, err
	}
	return &list[0], nil
}

// Resource reads the member ResourcePolicy, nil if it is absent.
func Resource(document *string) (*policy.Source, error) {
	if document == nil {
		return nil, nil
	}
	p := policy.Compile(*document)
	if p.Err() != nil {
		return nil, refuse("Resource policy has invalid content") // the text is the emulator's
	}
	return &policy.Source{Name: "ResourcePolicy", Policy: p}, nil
}

// Organization reads the member OrderedOrganizationPolicyInputList, nil if it is absent.
func Organization(levels []types.OrderedOrganizationPolicyType) (list [][]policy.Source, err error) {
	for i, level := range levels {
		if len(level.ServiceControlPolicyInputList) == 0 {
			return nil, refuse("Organization policy at index %d must contain at least one service control policy", i+1)
		}
		sources, err := read("ServiceControlPolicyInputList", level.ServiceControlPolicyInputList)
		if err != nil {
			return nil, err
		}
		list = append(list, sources)
	}
	return list, nil
}

// read compiles documents, which answers call by the member and their place. The text is recorded of PolicyInputList alone.
func read(member string, documents []string) ([]policy.Source, error) {
	list := make([]policy.Source, 0, len(documents))
	for i, document := range documents {
		p := policy.Compile(document)
		if p.Err() != nil {
			return nil, refuse("Policy input list item %d has invalid content", i+1)
		}
		list = append(list, policy.Source{Name: fmt.Sprintf("%s.%d", member, i+1), Policy: p})
	}
	return list, nil
}
