// Package acm makes certificates in stacks.
package acm

import (
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/handler"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/input"
	"github.com/ecs-emulator/ecs-emulator/internal/base/apiclient"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/acm"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/acm/types"
)

// Types are what stacks can make of the service.
func Types() []*handler.Type { return []*handler.Type{certificate()} }

func operation(name string) apiclient.Operation { return apiclient.Of("acm", name) }

func tags(list []handler.Tag) []types.Tag {
	return handler.Tags(list, func(key, value *string) types.Tag { return types.Tag{Key: key, Value: value} })
}

// certificate is ISSUED without a record in a hosted zone, so the zone has no effect.
func certificate() *handler.Type {
	return &handler.Type{
		Name:     "AWS::CertificateManager::Certificate",
		Inert:    []string{"DomainValidationOptions.HostedZoneId"},
		Identity: handler.ByTags,
		Find:     find,
		Create: func(t *handler.Turn) error {
			in := sdk.RequestCertificateInput{IdempotencyToken: t.Token(), Tags: tags(t.AllTags())}
			err := t.Fill(&in, input.Skipped("Tags"), input.Skipped("DomainValidationOptions"),
				input.Skipped("CertificateExport"), input.Skipped("CertificateTransparencyLoggingPreference"))
			if err != nil {
				return err
			}
			in.Options, in.DomainValidationOptions = options(t), validation(t)
			var out sdk.RequestCertificateOutput
			if err := t.Call(operation("RequestCertificate"), &in, &out); err != nil {
				return err
			}
			t.ID = aws.ToString(out.CertificateArn)
			return nil
		},
		Read: func(t *handler.Turn) (bool, error) {
			out := sdk.DescribeCertificateOutput{Certificate: &types.CertificateDetail{}}
			if err := t.Call(operation("DescribeCertificate"), &sdk.DescribeCertificateInput{CertificateArn: &t.ID}, &out); err != nil {
				return false, err
			}
			t.Set("Id", &t.ID)
			switch status := out.Certificate.Status; status {
			case types.CertificateStatusIssued:
				return true, nil
			case types.CertificateStatusPendingValidation:
				return false, nil
			default:
				return false, handler.Failed(handler.GeneralServiceException, "Certificate %s is %s", t.ID, status)
			}
		},
		Update: func(t *handler.Turn) error {
			if !t.Changed("CertificateExport", "CertificateTransparencyLoggingPreference") {
				return nil
			}
			in := sdk.UpdateCertificateOptionsInput{CertificateArn: &t.ID, Options: options(t)}
			if in.Options == nil {
				//lint:ignore SA1019 it is what a template that says nothing has
				in.Options = &types.CertificateOptions{CertificateTransparencyLoggingPreference: types.CertificateTransparencyLoggingPreferenceEnabled}
			}
			return t.Call(operation("UpdateCertificateOptions"), &in, nil)
		},
		Delete: func(t *handler.Turn) error {
			return t.Call(operation("DeleteCertificate"), &sdk.DeleteCertificateInput{CertificateArn: &t.ID}, nil)
		},
		Tagging: &handler.Tagging{
			Tag: func(t *handler.Turn, list []handler.Tag) error {
				return t.Call(operation("AddTagsToCertificate"), &sdk.AddTagsToCertificateInput{CertificateArn: &t.ID, Tags: tags(list)}, nil)
			},
			Untag: func(t *handler.Turn, keys []string) error {
				in := sdk.RemoveTagsFromCertificateInput{CertificateArn: &t.ID}
				for _, key := range keys {
					in.Tags = append(in.Tags, types.Tag{Key: &key})
				}
				return t.Call(operation("RemoveTagsFromCertificate"), &in, nil)
			},
		},
	}
}

// validation are the domains to which a mail would go. Of an option with a hosted zone alone nothing goes to ACM.
func validation(t *handler.Turn) (list []types.DomainValidationOption) {
	for _, o := range t.Items("DomainValidationOptions") {
		if domain := o.TextOf("ValidationDomain"); domain != "" {
			list = append(list, types.DomainValidationOption{DomainName: aws.String(o.TextOf("DomainName")), ValidationDomain: &domain})
		}
	}
	return list
}

// options are what a template says of them, nil for AWS's defaults.
func options(t *handler.Turn) *types.CertificateOptions {
	export, logging := t.Text("CertificateExport"), t.Text("CertificateTransparencyLoggingPreference")
	if export == "" && logging == "" {
		return nil
	}
	//lint:ignore SA1019 templates have it
	return &types.CertificateOptions{Export: types.CertificateExport(export), CertificateTransparencyLoggingPreference: types.CertificateTransparencyLoggingPreference(logging)}
}

// find looks at the certificates of the domain: those that were there before the create are known.
func find(t *handler.Turn) (found []handler.Found, err error) {
	for in := (sdk.ListCertificatesInput{}); ; {
		var out sdk.ListCertificatesOutput
		if err := t.Call(operation("ListCertificates"), &in, &out); err != nil {
			return nil, err
		}
		for _, c := range out.CertificateSummaryList {
			id := aws.ToString(c.CertificateArn)
			if aws.ToString(c.DomainName) != t.Text("DomainName") {
				continue
			}
			f := handler.Found{ID: id, Tags: []handler.Tag{}}
			if !t.Looks() && !slices.Contains(t.Known, id) {
				var of sdk.ListTagsForCertificateOutput
				if err := t.Call(operation("ListTagsForCertificate"), &sdk.ListTagsForCertificateInput{CertificateArn: &id}, &of); err != nil {
					return nil, err
				}
				f.Tags = handler.ReadTags(of.Tags, func(tag types.Tag) (key, value *string) { return tag.Key, tag.Value })
			}
			found = append(found, f)
		}
		if in.NextToken = out.NextToken; in.NextToken == nil {
			return found, nil
		}
	}
}
