package servicediscovery

import (
	"cmp"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/handler"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/input"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/servicediscovery"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/servicediscovery/types"
)

// service is identified by the token that made it. A label of a name in DNS has at most 63 letters.
func service() *handler.Type {
	return &handler.Type{
		Name:     "AWS::ServiceDiscovery::Service",
		Naming:   handler.Naming{Property: "Name", Most: 63},
		Identity: handler.ByToken,
		Find:     findService,
		Create: func(t *handler.Turn) error {
			in := sdk.CreateServiceInput{Name: &t.Name, CreatorRequestId: t.Token(), Tags: tags(t)}
			if err := t.Fill(&in, input.Skipped("Tags"), input.Skipped("ServiceAttributes")); err != nil {
				return err
			}
			out := sdk.CreateServiceOutput{Service: &types.Service{}}
			if err := t.Call(operation("CreateService"), &in, &out); err != nil {
				return err
			}
			t.ID = aws.ToString(out.Service.Id)
			return nil
		},
		Configure: putServiceAttributes,
		Read: func(t *handler.Turn) (bool, error) {
			if over, err := ended(t); !over || err != nil {
				return false, err
			}
			out := sdk.GetServiceOutput{Service: &types.Service{}}
			if err := t.Call(operation("GetService"), &sdk.GetServiceInput{Id: &t.ID}, &out); err != nil {
				return false, err
			}
			t.Set("Id", &t.ID)
			t.Set("Arn", out.Service.Arn)
			t.Set("Name", out.Service.Name)
			return true, nil
		},
		Update: updateService,
		Delete: func(t *handler.Turn) error {
			return t.Call(operation("DeleteService"), &sdk.DeleteServiceInput{Id: &t.ID}, nil)
		},
		Tagging: tagging(),
	}
}

func findService(t *handler.Turn) ([]handler.Found, error) {
	of := cmp.Or(t.Text("NamespaceId"), t.Properties.Get("DnsConfig").TextOf("NamespaceId"))
	in := sdk.ListServicesInput{Filters: []types.ServiceFilter{{Name: types.ServiceFilterNameNamespaceId, Values: []string{of}}}}
	for {
		var out sdk.ListServicesOutput
		if err := t.Call(operation("ListServices"), &in, &out); err != nil {
			return nil, err
		}
		for _, each := range out.Services {
			if aws.ToString(each.Name) != t.Name {
				continue
			}
			made := sdk.GetServiceOutput{Service: &types.Service{}}
			if err := t.Call(operation("GetService"), &sdk.GetServiceInput{Id: each.Id}, &made); handler.IsGone(err) {
				continue
			} else if err != nil {
				return nil, err
			}
			if aws.ToString(made.Service.CreatorRequestId) == *t.Token() {
				return []handler.Found{{ID: aws.ToString(each.Id)}}, nil
			}
		}
		if in.NextToken = out.NextToken; in.NextToken == nil {
			return nil, nil
		}
	}
}

// updateService sends all that can be changed: what a request leaves out goes. Source: Cloud Map API reference, UpdateService.
func updateService(t *handler.Turn) error {
	for _, member := range []string{"NamespaceId", "RoutingPolicy"} {
		if t.Properties.Get("DnsConfig").TextOf(member) != t.Previous.Get("DnsConfig").TextOf(member) {
			return handler.Failed(handler.NotUpdatable, "Property DnsConfig.%s of AWS::ServiceDiscovery::Service cannot be changed here", member)
		}
	}
	if t.Changed("Description", "DnsConfig", "HealthCheckConfig") {
		in := sdk.UpdateServiceInput{Id: &t.ID, Service: &types.ServiceChange{Description: aws.String(t.Text("Description"))}}
		if err := t.Fill(in.Service, input.Others(), input.Skipped("DnsConfig.NamespaceId"), input.Skipped("DnsConfig.RoutingPolicy")); err != nil {
			return err
		}
		var out sdk.UpdateServiceOutput
		if err := t.Call(operation("UpdateService"), &in, &out); err != nil {
			return err
		}
		if _, err := began(t, out.OperationId, types.OperationTargetTypeService); err != nil {
			return err
		}
	}
	return putServiceAttributes(t)
}

// putServiceAttributes has a service have the attributes of the property, and none that it had before.
func putServiceAttributes(t *handler.Turn) error {
	if !t.Changed("ServiceAttributes") {
		return nil
	}
	var gone []string
	if before := t.Previous.Get("ServiceAttributes"); before != nil {
		for _, m := range before.Members {
			if t.Properties.Get("ServiceAttributes").Get(m.Name) == nil {
				gone = append(gone, m.Name)
			}
		}
	}
	if len(gone) > 0 {
		slices.Sort(gone)
		in := sdk.DeleteServiceAttributesInput{ServiceId: &t.ID, Attributes: gone}
		if err := t.Call(operation("DeleteServiceAttributes"), &in, nil); err != nil {
			return err
		}
	}
	now := t.Properties.Get("ServiceAttributes")
	if now == nil || len(now.Members) == 0 {
		return nil
	}
	in := sdk.UpdateServiceAttributesInput{ServiceId: &t.ID, Attributes: map[string]string{}}
	for _, m := range now.Members {
		in.Attributes[m.Name] = now.TextOf(m.Name)
	}
	return t.Call(operation("UpdateServiceAttributes"), &in, nil)
}
