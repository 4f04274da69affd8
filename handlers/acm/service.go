package acm

import (
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/acm"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/acm/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/wire"
)

// codec names members as the model does, which has lower letters in a few structures.
var codec = wire.AsIs.Except(
	types.Filters{}, types.InvalidArgsException{}, types.InvalidDomainValidationOptionsException{}, types.InvalidStateException{}, types.InvalidTagException{},
	types.ResourceInUseException{}, types.ResourceNotFoundException{}, types.TooManyTagsException{}, types.ValidationException{},
)

func (a *API) Service() awsapi.Service {
	const (
		acme     = "ACME endpoints"
		exported = "certificates that can be exported"
	)
	return awsapi.Service{
		Name: "acm", ID: sdk.ServiceID, Title: "AWS Certificate Manager", Complete: true, Model: model,
		Protocol: awsapi.JSON{TargetPrefix: "CertificateManager", Codec: codec},
		Access:   access(), Tags: a.tagsByARN,
		MaxBody: 4 << 20, // a chain of the largest length, in base64
		Operations: []awsapi.Operation{
			awsapi.Partial("RequestCertificate", "ISSUED at once by the emulator's certificate authority, for 198 days, and not renewed; "+
				"private and exportable certificates and validation by HTTP answer 501 NotImplementedException", a.RequestCertificate),
			awsapi.Works("ImportCertificate", "checks the key, the chain and the time; also again, by its ARN", a.ImportCertificate),
			awsapi.Works("DescribeCertificate", "with the records and addresses for validation, which succeeds at once", a.DescribeCertificate),
			awsapi.Works("GetCertificate", "with its chain", a.GetCertificate),
			awsapi.Works("ListCertificates", "filtered, sorted and in pages", a.ListCertificates),
			awsapi.Works("DeleteCertificate", "if nothing uses it", a.DeleteCertificate),
			awsapi.Partial("UpdateCertificateOptions", "keeps the preference of logging, without effect; the validation method does not change", a.UpdateCertificateOptions),

			awsapi.Works("AddTagsToCertificate", "in the order in which they come", a.AddTagsToCertificate),
			awsapi.Works("RemoveTagsFromCertificate", "by key, or key and value", a.RemoveTagsFromCertificate),
			awsapi.Works("ListTagsForCertificate", "in the order in which they came", a.ListTagsForCertificate),

			awsapi.Partial("PutAccountConfiguration", "kept without effect: no events are sent", a.PutAccountConfiguration),
			awsapi.Works("GetAccountConfiguration", "45 days until PutAccountConfiguration changes it", a.GetAccountConfiguration),

			awsapi.NotBuilt("ExportCertificate", exported),
			awsapi.NotBuilt("RenewCertificate", exported),
			awsapi.NotBuilt("RevokeCertificate", exported),
			awsapi.NotBuilt("ResendValidationEmail", "certificates that wait for their validation"),
			awsapi.NotBuilt("SearchCertificates", "statements of filters"),
			awsapi.NotBuilt("ListCertificateDomainValidations", "a change of the validation method"),

			awsapi.NotBuilt("CreateAcmeEndpoint", acme),
			awsapi.NotBuilt("DescribeAcmeEndpoint", acme),
			awsapi.NotBuilt("ListAcmeEndpoints", acme),
			awsapi.NotBuilt("UpdateAcmeEndpoint", acme),
			awsapi.NotBuilt("DeleteAcmeEndpoint", acme),
			awsapi.NotBuilt("CreateAcmeDomainValidation", acme),
			awsapi.NotBuilt("DescribeAcmeDomainValidation", acme),
			awsapi.NotBuilt("ListAcmeDomainValidations", acme),
			awsapi.NotBuilt("UpdateAcmeDomainValidation", acme),
			awsapi.NotBuilt("DeleteAcmeDomainValidation", acme),
			awsapi.NotBuilt("CreateAcmeExternalAccountBinding", acme),
			awsapi.NotBuilt("DescribeAcmeExternalAccountBinding", acme),
			awsapi.NotBuilt("ListAcmeExternalAccountBindings", acme),
			awsapi.NotBuilt("GetAcmeExternalAccountBindingCredentials", acme),
			awsapi.NotBuilt("RevokeAcmeExternalAccountBinding", acme),
			awsapi.NotBuilt("DeleteAcmeExternalAccountBinding", acme),
			awsapi.NotBuilt("DescribeAcmeAccount", acme),
			awsapi.NotBuilt("ListAcmeAccounts", acme),
			awsapi.NotBuilt("RevokeAcmeAccount", acme),
			awsapi.NotBuilt("TagResource", acme),
			awsapi.NotBuilt("UntagResource", acme),
			awsapi.NotBuilt("ListTagsForResource", acme),
		},
	}
}
