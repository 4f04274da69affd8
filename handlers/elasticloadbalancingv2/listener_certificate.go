package elasticloadbalancingv2

import (
	"context"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	elbv2 "github.com/ecs-emulator/ecs-emulator/internal/aws/elasticloadbalancingv2"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/elasticloadbalancingv2"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// AddListenerCertificates adds certificates for other names (SNI).
func (a *API) AddListenerCertificates(ctx context.Context, in *sdk.AddListenerCertificatesInput) (*sdk.AddListenerCertificatesOutput, error) {
	_, err := change(a, ctx, in.ListenerArn, listener, elbv2.PutListener, func(tx *store.Tx, l *elbv2.Listener) error {
		if !l.Secure() {
			return uncertified(l)
		}
		l.Certificates = slices.Clone(l.Certificates)
		for _, c := range in.Certificates {
			id := aws.ToString(c.CertificateArn)
			if err := a.checkCertificate(tx, l.Scope, id); err != nil {
				return err
			}
			if !slices.Contains(l.Certificates, id) {
				l.Certificates = append(l.Certificates, id)
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	out := &sdk.AddListenerCertificatesOutput{}
	for _, c := range in.Certificates {
		out.Certificates = append(out.Certificates, types.Certificate{CertificateArn: c.CertificateArn, IsDefault: aws.Bool(false)})
	}
	return out, nil
}

// RemoveListenerCertificates removes such certificates; the default one stays.
func (a *API) RemoveListenerCertificates(ctx context.Context, in *sdk.RemoveListenerCertificatesInput) (*sdk.RemoveListenerCertificatesOutput, error) {
	_, err := change(a, ctx, in.ListenerArn, listener, elbv2.PutListener, func(_ *store.Tx, l *elbv2.Listener) error {
		l.Certificates = slices.Clone(l.Certificates)
		for _, c := range in.Certificates {
			i := slices.Index(l.Certificates, aws.ToString(c.CertificateArn))
			switch {
			case i >= 0:
				l.Certificates = slices.Delete(l.Certificates, i, i+1)
			case aws.ToString(c.CertificateArn) == l.Certificate: // the text is the emulator's
				return notPermitted("Default certificate '%s' cannot be removed", l.Certificate)
			}
		}
		return nil
	})
	return &sdk.RemoveListenerCertificatesOutput{}, err
}

// DescribeListenerCertificates answers the default certificate and the others. One that is
// both is there twice. Source: ELBv2 API reference, DescribeListenerCertificates.
func (a *API) DescribeListenerCertificates(ctx context.Context, in *sdk.DescribeListenerCertificatesInput) (*sdk.DescribeListenerCertificatesOutput, error) {
	l, err := listener(a.store.Read(), awsapi.CallScope(ctx), *in.ListenerArn)
	if err != nil {
		return nil, err
	}
	var all []types.Certificate
	if l.Certificate != "" {
		all = append(all, types.Certificate{CertificateArn: &l.Certificate, IsDefault: aws.Bool(true)})
	}
	for _, id := range l.Certificates {
		all = append(all, types.Certificate{CertificateArn: &id, IsDefault: aws.Bool(false)})
	}
	order := func(c types.Certificate) string {
		return map[bool]string{true: "0", false: "1"}[*c.IsDefault] + *c.CertificateArn
	}
	part, next, err := pageOf(all, order, in.Marker, in.PageSize)
	return &sdk.DescribeListenerCertificatesOutput{Certificates: part, NextMarker: next}, err
}
