package acm

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/acm"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/acm"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/acm/types"
)

// checkValidationOptions checks where e-mail is to go: to a domain of the request, or one above it.
// Source: ACM API reference, DomainValidationOption; field reports for the texts.
func checkValidationOptions(in *sdk.RequestCertificateInput) error {
	names := namesOf(in)
	for _, o := range in.DomainValidationOptions {
		if !slices.Contains(names, *o.DomainName) {
			return invalidValidationOption("The domain specified in ValidationOptions, %s, is not the PrimaryDomain or part of SubjectAlternativeNames.", *o.DomainName)
		}
		if base := withoutWildcard(*o.DomainName); base != *o.ValidationDomain && !strings.HasSuffix(base, "."+*o.ValidationDomain) {
			return invalidValidationOption("The validation domain, %s, must be a superdomain of the requested domain, %s.", *o.ValidationDomain, *o.DomainName)
		}
	}
	return nil
}

// domainValidations show how each name was validated. Imported certificates have none.
func domainValidations(c *acm.Certificate) []types.DomainValidation {
	if c.Type != types.CertificateTypeAmazonIssued {
		return nil
	}
	var all []types.DomainValidation
	for _, name := range c.Names {
		d := types.DomainValidation{
			DomainName: aws.String(name), ValidationDomain: aws.String(name), ValidationMethod: c.ValidationMethod, ValidationStatus: types.DomainStatusSuccess,
		}
		if domain := c.ValidationDomains[name]; domain != "" {
			d.ValidationDomain = aws.String(domain)
		}
		if c.ValidationMethod == types.ValidationMethodDns {
			d.ResourceRecord = resourceRecord(arn.ScopeOf(c.ARN).Account, withoutWildcard(name))
		} else {
			d.ValidationEmails = emails(withoutWildcard(*d.ValidationDomain))
		}
		all = append(all, d)
	}
	return all
}

// resourceRecord is what an account is to put into the DNS of a domain: the same for each of
// its requests, and for the domain with a wildcard.
// Source of that and of the form: ACM user guide, DNS validation.
func resourceRecord(account, domain string) *types.ResourceRecord {
	sum := sha256.Sum256([]byte(account + " " + strings.ToLower(domain)))
	return &types.ResourceRecord{
		Name:  aws.String("_" + hex.EncodeToString(sum[:16]) + "." + domain + "."),
		Type:  types.RecordTypeCname,
		Value: aws.String("_" + hex.EncodeToString(sum[16:]) + "." + zone(account) + ".acm-validations.aws."),
	}
}

// zone is a label of ten letters.
func zone(account string) string {
	sum := sha256.Sum256([]byte(account))
	label := sum[:10]
	for i := range label {
		label[i] = 'a' + label[i]%26
	}
	return string(label)
}

// emails are those to whom ACM writes. Source: ACM API reference, DomainValidationOption.
func emails(domain string) (addresses []string) {
	for _, who := range []string{"admin", "administrator", "hostmaster", "postmaster", "webmaster"} {
		addresses = append(addresses, who+"@"+domain)
	}
	return addresses
}

func withoutWildcard(name string) string { return strings.TrimPrefix(name, "*.") }
