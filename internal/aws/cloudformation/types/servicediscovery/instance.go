package servicediscovery

import (
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/handler"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/template/document"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/servicediscovery"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/servicediscovery/types"
)

// instance is put by its id, in the place of one that is there: of those that are not the stack's, Find tells before.
func instance() *handler.Type {
	return &handler.Type{
		Name:   "AWS::ServiceDiscovery::Instance",
		Naming: handler.Naming{Property: "InstanceId", Most: 64},
		Puts:   true,
		Find: func(t *handler.Turn) ([]handler.Found, error) {
			err := t.Call(operation("GetInstance"), &sdk.GetInstanceInput{ServiceId: text(t, "ServiceId"), InstanceId: &t.Name}, nil)
			if handler.IsGone(err) {
				return nil, nil
			} else if err != nil {
				return nil, err
			}
			return []handler.Found{{ID: t.Name}}, nil
		},
		Create: func(t *handler.Turn) error {
			if err := register(t, t.Name, t.Token()); err != nil {
				return err
			}
			t.ID = t.Name
			return nil
		},
		Read: func(t *handler.Turn) (bool, error) {
			t.Set("InstanceId", &t.ID)
			return ended(t)
		},
		Update: func(t *handler.Turn) error { return register(t, t.ID, nil) },
		Delete: func(t *handler.Turn) error {
			var out sdk.DeregisterInstanceOutput
			in := sdk.DeregisterInstanceInput{ServiceId: text(t, "ServiceId"), InstanceId: &t.ID}
			if err := t.Call(operation("DeregisterInstance"), &in, &out); err != nil {
				return err
			}
			_, err := began(t, out.OperationId, types.OperationTargetTypeInstance)
			return err
		},
		Gone: ended,
	}
}

func register(t *handler.Turn, id string, token *string) error {
	in := sdk.RegisterInstanceInput{ServiceId: text(t, "ServiceId"), InstanceId: &id, CreatorRequestId: token, Attributes: map[string]string{}}
	attributes := t.Properties.Get("InstanceAttributes")
	if attributes.Scalar() { // JSON may be written as text
		var err error
		if attributes, err = document.Read(attributes.Text); err != nil {
			return handler.Failed(handler.InvalidRequest, "Model validation failed: property InstanceAttributes is not an object")
		}
	}
	for _, m := range attributes.Members {
		in.Attributes[m.Name] = attributes.TextOf(m.Name)
	}
	var out sdk.RegisterInstanceOutput
	if err := t.Call(operation("RegisterInstance"), &in, &out); err != nil {
		return err
	}
	_, err := began(t, out.OperationId, types.OperationTargetTypeInstance)
	return err
}

func text(t *handler.Turn, property string) *string {
	value := t.Text(property)
	return &value
}
