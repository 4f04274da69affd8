package acm_test

//lint:file-ignore SA1019 AWS has deprecated the preference of logging; clients send and read it still

import (
	"crypto/elliptic"
	"testing"

	sdk "github.com/aws/aws-sdk-go-v2/service/acm"
	"github.com/aws/aws-sdk-go-v2/service/acm/types"
)

// logged are the options with a preference of logging.
func logged(preference types.CertificateTransparencyLoggingPreference) *types.CertificateOptions {
	return &types.CertificateOptions{CertificateTransparencyLoggingPreference: preference}
}

func TestOptionsOfACertificate(t *testing.T) {
	s := newScene(t)
	made := request(s, web())
	in := &sdk.UpdateCertificateOptionsInput{
		CertificateArn: &made, Options: logged("DISABLED"),
	}
	ok(s, s.UpdateCertificateOptions, in)
	if got := describe(s, made).Options.CertificateTransparencyLoggingPreference; got != "DISABLED" {
		t.Errorf("got %s", got)
	}
	in.CertificateArn = ok(s, s.ImportCertificate, importOf(t, issue(t, named("example.com"), newEC(t, elliptic.P256()), nil))).CertificateArn
	refused(s, s.UpdateCertificateOptions, in, "InvalidStateException",
		"The options of certificate "+*in.CertificateArn+" cannot be changed: it was imported.")
	in.Options = &types.CertificateOptions{ValidationMethod: "DNS"}
	refused(s, s.UpdateCertificateOptions, in, "NotImplementedException", "ecs-emulator does not implement a change of the validation method; see https://github.com/ecs-emulator/ecs-emulator/blob/main/docs/reference/compatibility/acm.md.")
}
