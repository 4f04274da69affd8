package servicediscovery

import (
	"context"
	"maps"
	"unicode/utf8"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/servicediscovery"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/servicediscovery"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/servicediscovery/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// mostServiceAttributes is how many attributes a service has. Source: Cloud Map API reference, ServiceAttributes.
const mostServiceAttributes = 30

func (a *API) GetServiceAttributes(ctx context.Context, in *sdk.GetServiceAttributesInput) (*sdk.GetServiceAttributesOutput, error) {
	s, err := service(ctx, a.Store.Read(), *in.ServiceId)
	if err != nil {
		return nil, err
	}
	attributes := s.Attributes
	if attributes == nil {
		attributes = map[string]string{}
	}
	return &sdk.GetServiceAttributesOutput{ServiceAttributes: &types.ServiceAttributes{ServiceArn: &s.ARN, ResourceOwner: account(ctx), Attributes: attributes}}, nil
}

// UpdateServiceAttributes adds attributes, or gives them other values.
func (a *API) UpdateServiceAttributes(ctx context.Context, in *sdk.UpdateServiceAttributesInput) (*sdk.UpdateServiceAttributesOutput, error) {
	for _, key := range sortedKeys(in.Attributes) {
		if utf8.RuneCountInString(key) > longestAttributeKey || utf8.RuneCountInString(in.Attributes[key]) > longestAttributeValue {
			return nil, invalid("An attribute's key has at most %d characters, and its value %d.", longestAttributeKey, longestAttributeValue)
		}
	}
	return &sdk.UpdateServiceAttributesOutput{}, a.changeAttributes(ctx, *in.ServiceId, func(attributes map[string]string) { maps.Copy(attributes, in.Attributes) })
}

// DeleteServiceAttributes removes attributes; that those which are not there are no error is a choice.
func (a *API) DeleteServiceAttributes(ctx context.Context, in *sdk.DeleteServiceAttributesInput) (*sdk.DeleteServiceAttributesOutput, error) {
	return &sdk.DeleteServiceAttributesOutput{}, a.changeAttributes(ctx, *in.ServiceId, func(attributes map[string]string) {
		for _, key := range in.Attributes {
			delete(attributes, key)
		}
	})
}

func (a *API) changeAttributes(ctx context.Context, id string, change func(map[string]string)) error {
	return a.Store.Update(func(tx *store.Tx) error {
		s, err := service(ctx, tx, id)
		if err != nil {
			return err
		}
		changed := *s
		changed.Attributes = map[string]string{}
		maps.Copy(changed.Attributes, s.Attributes)
		if change(changed.Attributes); len(changed.Attributes) > mostServiceAttributes {
			return &types.ServiceAttributesLimitExceededException{Message: awsapi.Textf("A service has at most %d attributes.", mostServiceAttributes)}
		}
		servicediscovery.PutService(tx, &changed)
		return nil
	})
}
