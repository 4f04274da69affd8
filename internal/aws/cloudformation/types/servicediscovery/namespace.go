package servicediscovery

import (
	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/handler"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/input"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/servicediscovery"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/servicediscovery/types"
)

func httpNamespace() *handler.Type {
	return namespace("AWS::ServiceDiscovery::HttpNamespace", types.NamespaceTypeHttp,
		func(t *handler.Turn) (*string, error) {
			in := sdk.CreateHttpNamespaceInput{CreatorRequestId: t.Token(), Tags: tags(t)}
			if err := t.Fill(&in, input.Skipped("Tags")); err != nil {
				return nil, err
			}
			var out sdk.CreateHttpNamespaceOutput
			err := t.Call(operation("CreateHttpNamespace"), &in, &out)
			return out.OperationId, err
		},
		func(t *handler.Turn) (*string, error) {
			in := sdk.UpdateHttpNamespaceInput{Id: &t.ID, Namespace: &types.HttpNamespaceChange{Description: aws.String(t.Text("Description"))}}
			var out sdk.UpdateHttpNamespaceOutput
			err := t.Call(operation("UpdateHttpNamespace"), &in, &out)
			return out.OperationId, err
		})
}

func privateDNSNamespace() *handler.Type {
	return namespace("AWS::ServiceDiscovery::PrivateDnsNamespace", types.NamespaceTypeDnsPrivate,
		func(t *handler.Turn) (*string, error) {
			in := sdk.CreatePrivateDnsNamespaceInput{CreatorRequestId: t.Token(), Tags: tags(t)}
			if err := t.Fill(&in, input.Skipped("Tags")); err != nil {
				return nil, err
			}
			var out sdk.CreatePrivateDnsNamespaceOutput
			err := t.Call(operation("CreatePrivateDnsNamespace"), &in, &out)
			return out.OperationId, err
		},
		func(t *handler.Turn) (*string, error) {
			in := sdk.UpdatePrivateDnsNamespaceInput{Id: &t.ID, Namespace: &types.PrivateDnsNamespaceChange{}}
			if err := t.Fill(in.Namespace, changeable...); err != nil {
				return nil, err
			}
			in.Namespace.Description = aws.String(t.Text("Description"))
			var out sdk.UpdatePrivateDnsNamespaceOutput
			err := t.Call(operation("UpdatePrivateDnsNamespace"), &in, &out)
			return out.OperationId, err
		})
}

func publicDNSNamespace() *handler.Type {
	return namespace("AWS::ServiceDiscovery::PublicDnsNamespace", types.NamespaceTypeDnsPublic,
		func(t *handler.Turn) (*string, error) {
			in := sdk.CreatePublicDnsNamespaceInput{CreatorRequestId: t.Token(), Tags: tags(t)}
			if err := t.Fill(&in, input.Skipped("Tags")); err != nil {
				return nil, err
			}
			var out sdk.CreatePublicDnsNamespaceOutput
			err := t.Call(operation("CreatePublicDnsNamespace"), &in, &out)
			return out.OperationId, err
		},
		func(t *handler.Turn) (*string, error) {
			in := sdk.UpdatePublicDnsNamespaceInput{Id: &t.ID, Namespace: &types.PublicDnsNamespaceChange{}}
			if err := t.Fill(in.Namespace, changeable...); err != nil {
				return nil, err
			}
			in.Namespace.Description = aws.String(t.Text("Description"))
			var out sdk.UpdatePublicDnsNamespaceOutput
			err := t.Call(operation("UpdatePublicDnsNamespace"), &in, &out)
			return out.OperationId, err
		})
}

// changeable has Fill leave out what only a create has.
var changeable = []input.Exception{input.Skipped("Name"), input.Skipped("Vpc"), input.Skipped("Tags")}

// namespace is a type of namespaces, which are identified by the token that made them.
func namespace(name string, kind types.NamespaceType, create, update func(*handler.Turn) (operation *string, err error)) *handler.Type {
	return &handler.Type{
		Name:     name,
		Identity: handler.ByToken,
		Find:     func(t *handler.Turn) ([]handler.Found, error) { return findNamespace(t, kind) },
		Create: func(t *handler.Turn) error {
			operation, err := create(t)
			if err == nil {
				t.ID, err = began(t, operation, types.OperationTargetTypeNamespace)
			}
			return err
		},
		Read: readNamespace,
		Update: func(t *handler.Turn) error {
			if !t.Changed("Description", "Properties") {
				return nil
			}
			operation, err := update(t)
			if err == nil {
				_, err = began(t, operation, types.OperationTargetTypeNamespace)
			}
			return err
		},
		Delete: func(t *handler.Turn) error {
			var out sdk.DeleteNamespaceOutput
			err := t.Call(operation("DeleteNamespace"), &sdk.DeleteNamespaceInput{Id: &t.ID}, &out)
			if err == nil {
				_, err = began(t, out.OperationId, types.OperationTargetTypeNamespace)
			}
			return err
		},
		Gone:    ended,
		Tagging: tagging(),
	}
}

// findNamespace finds the namespace that the turn's token has made: names of private ones may be there twice.
func findNamespace(t *handler.Turn, kind types.NamespaceType) ([]handler.Found, error) {
	in := sdk.ListNamespacesInput{Filters: []types.NamespaceFilter{
		{Name: types.NamespaceFilterNameType, Values: []string{string(kind)}}, {Name: types.NamespaceFilterNameName, Values: []string{t.Text("Name")}},
	}}
	for {
		var out sdk.ListNamespacesOutput
		if err := t.Call(operation("ListNamespaces"), &in, &out); err != nil {
			return nil, err
		}
		for _, each := range out.Namespaces {
			made := sdk.GetNamespaceOutput{Namespace: &types.Namespace{}}
			if err := t.Call(operation("GetNamespace"), &sdk.GetNamespaceInput{Id: each.Id}, &made); handler.IsGone(err) {
				continue
			} else if err != nil {
				return nil, err
			}
			if aws.ToString(made.Namespace.CreatorRequestId) == *t.Token() {
				return []handler.Found{{ID: aws.ToString(each.Id)}}, nil
			}
		}
		if in.NextToken = out.NextToken; in.NextToken == nil {
			return nil, nil
		}
	}
}

func readNamespace(t *handler.Turn) (bool, error) {
	if over, err := ended(t); !over || err != nil {
		return false, err
	}
	out := sdk.GetNamespaceOutput{Namespace: &types.Namespace{}}
	if err := t.Call(operation("GetNamespace"), &sdk.GetNamespaceInput{Id: &t.ID}, &out); err != nil {
		return false, err
	}
	t.Set("Id", &t.ID)
	t.Set("Arn", out.Namespace.Arn)
	if p := out.Namespace.Properties; p != nil && p.DnsProperties != nil {
		t.Set("HostedZoneId", p.DnsProperties.HostedZoneId)
	}
	return true, nil
}
