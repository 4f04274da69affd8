package ecs

import (
	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/handler"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/input"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/template/document"
	"github.com/ecs-emulator/ecs-emulator/internal/base/apiclient"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
)

func capacityProvider() *handler.Type {
	return &handler.Type{
		Name:   "AWS::ECS::CapacityProvider",
		Naming: handler.Naming{Property: "Name"},
		Find: func(t *handler.Turn) ([]handler.Found, error) {
			p, err := describeCapacityProvider(t, t.Name)
			if p == nil || err != nil {
				return nil, err
			}
			return []handler.Found{{ID: t.Name, Tags: readTags(p.Tags)}}, nil
		},
		Create: func(t *handler.Turn) error {
			in := sdk.CreateCapacityProviderInput{Name: &t.Name, Tags: tags(t.AllTags())}
			if err := t.Fill(&in, input.Skipped("Tags"), input.Renamed("ClusterName", "Cluster")); err != nil {
				return err
			}
			if err := t.Call(apiclient.ECS("CreateCapacityProvider"), &in, nil); err != nil {
				return err
			}
			t.ID = t.Name
			return nil
		},
		Read: func(t *handler.Turn) (bool, error) {
			p, err := describeCapacityProvider(t, t.ID)
			if p == nil || err != nil {
				return false, err
			}
			if p.UpdateStatus == types.CapacityProviderUpdateStatusUpdateFailed {
				return false, handler.Failed(handler.GeneralServiceException, "%s", aws.ToString(p.UpdateStatusReason))
			}
			return p.Status != types.CapacityProviderStatusProvisioning && p.UpdateStatus != types.CapacityProviderUpdateStatusUpdateInProgress, nil
		},
		Update: updateCapacityProvider,
		Delete: deleteCapacityProvider,
		Gone: func(t *handler.Turn) (bool, error) {
			p, err := describeCapacityProvider(t, t.ID)
			return p == nil && err == nil, err
		},
		Tagging: tagging(func(t *handler.Turn) string { return t.Scope.CapacityProvider(t.ID) }),
	}
}

// updateCapacityProvider refuses what UpdateCapacityProvider has no member for.
func updateCapacityProvider(t *handler.Turn) error {
	exceptions := []input.Exception{
		input.Others(), input.Skipped("AutoScalingGroupProvider.AutoScalingGroupArn"), input.Skipped("Name"), input.Renamed("ClusterName", "Cluster"),
	}
	template := func(properties *document.Value) *document.Value {
		return properties.Get("ManagedInstancesProvider").Get("InstanceLaunchTemplate")
	}
	for _, member := range []string{"CapacityOptionType", "FipsEnabled"} {
		path := "ManagedInstancesProvider.InstanceLaunchTemplate." + member
		if template(t.Properties).TextOf(member) != template(t.Previous).TextOf(member) {
			return handler.Failed(handler.NotUpdatable, "Property %s of AWS::ECS::CapacityProvider cannot be changed here", path)
		}
		exceptions = append(exceptions, input.Skipped(path))
	}
	in := sdk.UpdateCapacityProviderInput{Name: &t.ID}
	if err := t.Fill(&in, exceptions...); err != nil {
		return err
	}
	return t.Call(apiclient.ECS("UpdateCapacityProvider"), &in, nil)
}

// describeCapacityProvider returns one that is not INACTIVE, nil if there is none.
func describeCapacityProvider(t *handler.Turn, name string) (*types.CapacityProvider, error) {
	var out sdk.DescribeCapacityProvidersOutput
	in := sdk.DescribeCapacityProvidersInput{
		CapacityProviders: []string{name}, Include: []types.CapacityProviderField{types.CapacityProviderFieldTags},
	}
	err := t.Call(apiclient.ECS("DescribeCapacityProviders"), &in, &out)
	if err != nil || len(out.CapacityProviders) == 0 || out.CapacityProviders[0].Status == types.CapacityProviderStatusInactive {
		return nil, err
	}
	return &out.CapacityProviders[0], nil
}

// deleteCapacityProvider takes an answer that says that a cluster has the provider for one that says that it is in use.
func deleteCapacityProvider(t *handler.Turn) error {
	var out sdk.DeleteCapacityProviderOutput
	known, err := describeCapacityProvider(t, t.ID)
	if known == nil || err != nil || known.Status == types.CapacityProviderStatusDeprovisioning {
		return err
	}
	err = t.Call(apiclient.ECS("DeleteCapacityProvider"), &sdk.DeleteCapacityProviderInput{CapacityProvider: &t.ID, Cluster: known.Cluster}, &out)
	if err != nil {
		return err
	}
	if p := out.CapacityProvider; p != nil && p.UpdateStatus == types.CapacityProviderUpdateStatusDeleteFailed {
		return &apiclient.Error{
			Service: "ECS", Operation: "DeleteCapacityProvider", Status: 400, Code: "ResourceInUseException", Message: aws.ToString(p.UpdateStatusReason),
		}
	}
	return nil
}
