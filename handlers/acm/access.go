package acm

import (
	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi/tagging"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/acm"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/policy"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/acm"
)

// access is what the operations ask. Source: Service Authorization Reference, AWS Certificate Manager, for the values of
// members that a request leaves out, too; of the resource of RequestCertificate, AWS's policy
// AmazonECSInfrastructureRoleforExpressGatewayServices.
func access() awsapi.Rows {
	const (
		certificate = "certificate/{CertificateArn}"
		addTags     = "acm:AddTagsToCertificate"
		validation  = "acm:ValidationMethod"
	)
	rows := awsapi.Rows{
		"RequestCertificate": awsapi.With(awsapi.On("certificate/*").Tags("Tags").Also(addTags).
			Key("acm:CertificateAuthority", "{CertificateAuthorityArn}").
			Key("acm:CertificateTransparencyLogging", "{Options.CertificateTransparencyLoggingPreference|ENABLED}").
			Key("acm:Export", "{Options.Export}").Key("acm:KeyAlgorithm", "{KeyAlgorithm}").Key(validation, "{ValidationMethod|EMAIL}").
			May("acm:DomainNames"), requestAccess),
		"ImportCertificate":        awsapi.On("certificate/{CertificateArn|*}").Tags("Tags").Also(addTags),
		"DeleteCertificate":        awsapi.On(certificate),
		"DescribeCertificate":      awsapi.On(certificate),
		"GetCertificate":           awsapi.On(certificate),
		"UpdateCertificateOptions": awsapi.On(certificate),

		"AddTagsToCertificate":      awsapi.On(certificate).Tags("Tags"),
		"ListTagsForCertificate":    awsapi.On(certificate),
		"RemoveTagsFromCertificate": awsapi.On(certificate).Tags("Tags"),
	}
	for _, name := range []string{"GetAccountConfiguration", "ListCertificates", "PutAccountConfiguration"} {
		rows[name] = awsapi.On("*")
	}
	return rows
}

func requestAccess(_ awsapi.Call, in *sdk.RequestCertificateInput, wants []awsapi.Access) []awsapi.Access {
	for _, w := range wants {
		w.Keys["acm:domainnames"] = policy.Many(append([]string{aws.ToString(in.DomainName)}, in.SubjectAlternativeNames...))
	}
	return wants
}

// tagsByARN are the tags of a certificate.
func (a *API) tagsByARN(resourceARN string) []tagging.Tag {
	if c := acm.Find(a.Store.Read(), arn.ScopeOf(resourceARN), resourceARN); c != nil {
		return tagsOf(c)
	}
	return nil
}
