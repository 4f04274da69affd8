package acm

//lint:file-ignore SA1019 AWS has deprecated the preference of logging; clients send and read it still

import (
	"cmp"
	"context"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/acm"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/acm"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/acm/types"
)

// loggingIn is whether a certificate is to be logged; empty: the request does not say.
func loggingIn(o *types.CertificateOptions) types.CertificateTransparencyLoggingPreference {
	if o == nil {
		return ""
	}
	return o.CertificateTransparencyLoggingPreference
}

// optionsOf are the options of a certificate. Imported ones are not logged: an assumption.
func optionsOf(c *acm.Certificate) *types.CertificateOptions {
	if c.Type == types.CertificateTypeImported {
		return &types.CertificateOptions{CertificateTransparencyLoggingPreference: types.CertificateTransparencyLoggingPreferenceDisabled}
	}
	return &types.CertificateOptions{CertificateTransparencyLoggingPreference: c.Transparency, Export: types.CertificateExportDisabled}
}

// checkExport refuses certificates whose private keys are to be given out.
func checkExport(o *types.CertificateOptions) error {
	if o != nil && o.Export == types.CertificateExportEnabled {
		return awsapi.NotImplemented("acm", "certificates that can be exported")
	}
	return nil
}

// UpdateCertificateOptions keeps whether a certificate is to be logged. There is no log.
func (a *API) UpdateCertificateOptions(ctx context.Context, in *sdk.UpdateCertificateOptionsInput) (*sdk.UpdateCertificateOptionsOutput, error) {
	if err := checkExport(in.Options); err != nil {
		return nil, err
	}
	if in.Options.ValidationMethod != "" {
		return nil, awsapi.NotImplemented("acm", "a change of the validation method")
	}
	return &sdk.UpdateCertificateOptionsOutput{}, a.change(ctx, in.CertificateArn, func(c *acm.Certificate) error {
		if c.Type != types.CertificateTypeAmazonIssued { // Source: field reports; the text is the emulator's
			return invalidState("The options of certificate %s cannot be changed: it was imported.", c.ARN)
		}
		c.Transparency = cmp.Or(loggingIn(in.Options), c.Transparency)
		return nil
	})
}
