package acm_test

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/acm"
	"github.com/aws/aws-sdk-go-v2/service/acm/types"

	"github.com/ecs-emulator/ecs-emulator/handlers/acm"
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi/apitest"
)

// Source: Service Authorization Reference, AWS Certificate Manager.
func TestWhatRequestsAsk(t *testing.T) {
	const (
		certificate = `"CertificateArn":"arn:aws:acm:us-east-1:111122223333:certificate/1"`
		tagged      = " aws:requesttag/team=red aws:tagkeys=Team"
		tags        = `"Tags":[{"Key":"Team","Value":"red"}]`
		standard    = " acm:certificatetransparencylogging=ENABLED acm:domainnames=a.example"
	)
	service := acm.New(acm.Options{}).Service()
	apitest.Access(t, service)
	table := []apitest.Request{
		apitest.Ask("RequestCertificate", `{"DomainName":"a.example"}`, "acm:RequestCertificate certificate/*"+standard+" acm:validationmethod=EMAIL"),
		apitest.Ask("RequestCertificate", `{"DomainName":"a.example","SubjectAlternativeNames":["b.example"],"ValidationMethod":"DNS","KeyAlgorithm":"RSA_2048",
			"Options":{"CertificateTransparencyLoggingPreference":"DISABLED","Export":"ENABLED"},"CertificateAuthorityArn":"arn:ca"}`,
			"acm:RequestCertificate certificate/* acm:certificateauthority=arn:ca acm:certificatetransparencylogging=DISABLED acm:domainnames=a.example,b.example"+
				" acm:export=ENABLED acm:keyalgorithm=RSA_2048 acm:validationmethod=DNS"),
		apitest.Ask("RequestCertificate", `{"DomainName":"a.example",`+tags+`}`,
			"acm:RequestCertificate certificate/*"+standard+" acm:validationmethod=EMAIL"+tagged,
			"acm:AddTagsToCertificate certificate/*"+standard+" acm:validationmethod=EMAIL"+tagged),
		apitest.Ask("ImportCertificate", `{}`, "acm:ImportCertificate certificate/*"),
		apitest.Ask("ImportCertificate", `{`+tags+`}`, "acm:ImportCertificate certificate/*"+tagged, "acm:AddTagsToCertificate certificate/*"+tagged),
		apitest.Ask("ImportCertificate", `{`+certificate+`}`, "acm:ImportCertificate certificate/1"),
		apitest.Ask("AddTagsToCertificate", `{`+certificate+`,`+tags+`}`, "acm:AddTagsToCertificate certificate/1"+tagged),
		apitest.Ask("RemoveTagsFromCertificate", `{`+certificate+`,`+tags+`}`, "acm:RemoveTagsFromCertificate certificate/1"+tagged),
	}
	for _, operation := range []string{"DeleteCertificate", "DescribeCertificate", "GetCertificate", "ListTagsForCertificate", "UpdateCertificateOptions"} {
		table = append(table, apitest.Ask(operation, `{`+certificate+`}`, "acm:"+operation+" certificate/1"))
	}
	apitest.AskedBy(t, service, table)
}

func TestTagsOfARNs(t *testing.T) {
	s := newScene(t)
	apitest.OK(t, s.RequestCertificate, &sdk.RequestCertificateInput{
		DomainName: aws.String("a.example"), Tags: []types.Tag{{Key: aws.String("Team"), Value: aws.String("red")}, {Key: aws.String("Bare")}},
	})
	api := acm.New(acm.Options{Store: s.Store, Now: s.Clock})
	s.TagsByARN(api.Service(), api, 1)
}
