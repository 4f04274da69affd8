package acm

import (
	"context"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/acm"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/acm"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// DeleteCertificate removes a certificate that nothing uses.
func (a *API) DeleteCertificate(ctx context.Context, in *sdk.DeleteCertificateInput) (*sdk.DeleteCertificateOutput, error) {
	return &sdk.DeleteCertificateOutput{}, a.update(func(tx *store.Tx) error {
		c, err := find(ctx, tx, in.CertificateArn)
		if err != nil {
			return err
		}
		if len(a.usersOf(tx, c)) > 0 { // ACM0001
			return inUse("Certificate %s in account %s is in use.", c.ARN, awsapi.CallScope(ctx).Account)
		}
		acm.Delete(tx, c)
		return nil
	})
}
