package acm

import (
	"context"

	sdk "github.com/aws/aws-sdk-go-v2/service/acm"
	"github.com/aws/aws-sdk-go-v2/service/acm/types"

	"github.com/ecs-emulator/ecs-emulator/emulator/acm"
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi/constraint"
)

func (v *violations) options(o *types.CertificateOptions) {
	if o == nil {
		return
	}
	logging := o.CertificateTransparencyLoggingPreference
	constraint.OneOf(&v.Violations, "options.certificateTransparencyLoggingPreference", logging, logging.Values()...)
	constraint.OneOf(&v.Violations, "options.export", o.Export, o.Export.Values()...)
	constraint.OneOf(&v.Violations, "options.validationMethod", o.ValidationMethod, o.ValidationMethod.Values()...)
}

// checkExport refuses certificates whose private keys are to be given out.
func checkExport(o *types.CertificateOptions) error {
	if o != nil && o.Export == types.CertificateExportEnabled {
		return awsapi.NotImplemented("certificates that can be exported")
	}
	return nil
}

// UpdateCertificateOptions keeps whether a certificate is to be logged. There is no log.
func (a *API) UpdateCertificateOptions(ctx context.Context, in *sdk.UpdateCertificateOptionsInput) (*sdk.UpdateCertificateOptionsOutput, error) {
	var v violations
	v.certificateARN(in.CertificateArn)
	if in.Options == nil {
		v.Add("null", "options", "not be null")
	}
	v.options(in.Options)
	if err := v.Err(); err != nil {
		return nil, err
	}
	if err := checkExport(in.Options); err != nil {
		return nil, err
	}
	if in.Options.ValidationMethod != "" {
		return nil, awsapi.NotImplemented("a change of the validation method")
	}
	return &sdk.UpdateCertificateOptionsOutput{}, a.change(ctx, in.CertificateArn, func(c *acm.Certificate) error {
		if c.Type != types.CertificateTypeAmazonIssued { // the text is the emulator's
			return invalidState("The options of certificate %s cannot be changed: it was imported.", c.ARN)
		}
		if logging := in.Options.CertificateTransparencyLoggingPreference; logging != "" {
			c.Transparency = logging
		}
		return nil
	})
}
