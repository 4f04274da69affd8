package acm

import (
	"context"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/acm"
)

// GetCertificate answers a certificate and its chain, and no private key.
func (a *API) GetCertificate(ctx context.Context, in *sdk.GetCertificateInput) (*sdk.GetCertificateOutput, error) {
	c, err := a.get(ctx, in.CertificateArn)
	if err != nil {
		return nil, err
	}
	return &sdk.GetCertificateOutput{Certificate: &c.Body, CertificateChain: awsapi.Optional(c.Chain)}, nil
}
