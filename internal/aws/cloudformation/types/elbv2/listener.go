package elbv2

import (
	"strconv"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/handler"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/input"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/elasticloadbalancingv2"
)

// listener has no name: what a create has made is found again as the one of its port that was not there before.
func listener() *handler.Type {
	return &handler.Type{
		Name:     "AWS::ElasticLoadBalancingV2::Listener",
		Identity: handler.ByTags,
		Find: func(t *handler.Turn) (list []handler.Found, err error) {
			var out sdk.DescribeListenersOutput
			err = t.Call(operation("DescribeListeners"), &sdk.DescribeListenersInput{LoadBalancerArn: aws.String(t.Text("LoadBalancerArn"))}, &out)
			if handler.IsGone(err) {
				return nil, nil
			}
			for _, l := range out.Listeners {
				if strconv.Itoa(int(aws.ToInt32(l.Port))) == t.Text("Port") {
					list = append(list, handler.Found{ID: aws.ToString(l.ListenerArn)})
				}
			}
			return list, err
		},
		Create: func(t *handler.Turn) error {
			in := sdk.CreateListenerInput{}
			if err := t.Fill(&in, input.Skipped("ListenerAttributes")); err != nil {
				return err
			}
			var out sdk.CreateListenerOutput
			if err := t.Call(operation("CreateListener"), &in, &out); err != nil {
				return err
			}
			made, err := handler.First(out.Listeners)
			if err == nil {
				t.ID = aws.ToString(made.ListenerArn)
			}
			return err
		},
		Configure: setListenerAttributes,
		Read: func(t *handler.Turn) (bool, error) {
			t.Set("ListenerArn", &t.ID)
			return true, nil
		},
		Update: func(t *handler.Turn) error {
			in := sdk.ModifyListenerInput{ListenerArn: &t.ID}
			if err := t.Fill(&in, input.Others()); err != nil {
				return err
			}
			if err := t.Call(operation("ModifyListener"), &in, nil); err != nil {
				return err
			}
			return setListenerAttributes(t)
		},
		Delete: func(t *handler.Turn) error {
			return t.Call(operation("DeleteListener"), &sdk.DeleteListenerInput{ListenerArn: &t.ID}, nil)
		},
	}
}

func setListenerAttributes(t *handler.Turn) error {
	in := sdk.ModifyListenerAttributesInput{ListenerArn: &t.ID}
	if err := input.Fill(t.Properties, &in, input.Renamed("ListenerAttributes", "Attributes"), input.Others()); err != nil {
		return err
	}
	in.Attributes = append(in.Attributes, returning(t, "ListenerAttributes", listenerDefaults(t.Text("Protocol")), func(key, value *string) types.ListenerAttribute {
		return types.ListenerAttribute{Key: key, Value: value}
	})...)
	if len(in.Attributes) == 0 || !t.Changed("ListenerAttributes") {
		return nil
	}
	return t.Call(operation("ModifyListenerAttributes"), &in, nil)
}

// listenerCertificate are certificates of a listener beside its first one. AWS has no id for them: the incarnation gives one.
func listenerCertificate() *handler.Type {
	change := func(t *handler.Turn) error {
		t.ID = *t.Token()
		return changeCertificates(t)
	}
	return &handler.Type{
		Name:   "AWS::ElasticLoadBalancingV2::ListenerCertificate",
		Create: change,
		Read: func(t *handler.Turn) (bool, error) {
			t.Set("Id", &t.ID)
			return true, nil
		},
		Update: changeCertificates,
		Delete: func(t *handler.Turn) error {
			in := sdk.RemoveListenerCertificatesInput{}
			if err := t.Fill(&in); err != nil {
				return err
			}
			return t.Call(operation("RemoveListenerCertificates"), &in, nil)
		},
	}
}

func changeCertificates(t *handler.Turn) error {
	in := sdk.AddListenerCertificatesInput{}
	if err := t.Fill(&in); err != nil {
		return err
	}
	if err := t.Call(operation("AddListenerCertificates"), &in, nil); err != nil {
		return err
	}
	kept := map[string]bool{}
	for _, c := range t.Items("Certificates") {
		kept[c.TextOf("CertificateArn")] = true
	}
	gone := sdk.RemoveListenerCertificatesInput{ListenerArn: in.ListenerArn}
	for _, c := range t.PreviousItems("Certificates") {
		if id := c.TextOf("CertificateArn"); !kept[id] {
			gone.Certificates = append(gone.Certificates, certificate(id))
		}
	}
	if len(gone.Certificates) == 0 {
		return nil
	}
	return t.Call(operation("RemoveListenerCertificates"), &gone, nil)
}
