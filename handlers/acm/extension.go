package acm

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/rsa"
	"crypto/x509"
	"encoding/asn1"
	"fmt"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/acm/types"
)

// keyAlgorithm is the algorithm of a public key; empty: ACM has no name for it.
func keyAlgorithm(public crypto.PublicKey) types.KeyAlgorithm {
	var name types.KeyAlgorithm
	switch key := public.(type) {
	case *rsa.PublicKey:
		name = types.KeyAlgorithm(fmt.Sprintf("RSA_%d", key.N.BitLen()))
	case *ecdsa.PublicKey:
		name = curves[key.Curve.Params().Name]
	}
	if !slices.Contains(name.Values(), name) {
		return ""
	}
	return name
}

var curves = map[string]types.KeyAlgorithm{
	"P-256": types.KeyAlgorithmEcPrime256v1, "P-384": types.KeyAlgorithmEcSecp384r1, "P-521": types.KeyAlgorithmEcSecp521r1,
}

var signatureAlgorithms = map[x509.SignatureAlgorithm]string{
	x509.SHA1WithRSA: "SHA1WITHRSA", x509.SHA256WithRSA: "SHA256WITHRSA", x509.SHA384WithRSA: "SHA384WITHRSA", x509.SHA512WithRSA: "SHA512WITHRSA",
	x509.ECDSAWithSHA1: "SHA1WITHECDSA", x509.ECDSAWithSHA256: "SHA256WITHECDSA", x509.ECDSAWithSHA384: "SHA384WITHECDSA", x509.ECDSAWithSHA512: "SHA512WITHECDSA",
	x509.SHA256WithRSAPSS: "SHA256WITHRSAPSS", x509.SHA384WithRSAPSS: "SHA384WITHRSAPSS", x509.SHA512WithRSAPSS: "SHA512WITHRSAPSS",
}

// usages are AWS's names of key usages, in the order of their bits.
var usages = []types.KeyUsageName{
	types.KeyUsageNameDigitalSignature, types.KeyUsageNameNonRepudation, types.KeyUsageNameKeyEncipherment, types.KeyUsageNameDataEncipherment,
	types.KeyUsageNameKeyAgreement, types.KeyUsageNameCertificateSigning, types.KeyUsageNameCrlSigning, types.KeyUsageNameEnchiperOnly, types.KeyUsageNameDecipherOnly,
}

// keyUsages are the names of a certificate's key usages. One that does not say is good for any,
// for which the model has a name: an assumption.
func keyUsages(c *x509.Certificate) []types.KeyUsageName {
	var names []types.KeyUsageName
	for bit, name := range usages {
		if c.KeyUsage&(1<<bit) != 0 {
			names = append(names, name)
		}
	}
	if len(names) == 0 {
		return []types.KeyUsageName{types.KeyUsageNameAny}
	}
	return names
}

// purposes are AWS's names of extended key usages, by their object identifiers.
var purposes = map[string]types.ExtendedKeyUsageName{
	"2.5.29.37.0":       types.ExtendedKeyUsageNameAny,
	"1.3.6.1.5.5.7.3.1": types.ExtendedKeyUsageNameTlsWebServerAuthentication,
	"1.3.6.1.5.5.7.3.2": types.ExtendedKeyUsageNameTlsWebClientAuthentication,
	"1.3.6.1.5.5.7.3.3": types.ExtendedKeyUsageNameCodeSigning,
	"1.3.6.1.5.5.7.3.4": types.ExtendedKeyUsageNameEmailProtection,
	"1.3.6.1.5.5.7.3.5": types.ExtendedKeyUsageNameIpsecEndSystem,
	"1.3.6.1.5.5.7.3.6": types.ExtendedKeyUsageNameIpsecTunnel,
	"1.3.6.1.5.5.7.3.7": types.ExtendedKeyUsageNameIpsecUser,
	"1.3.6.1.5.5.7.3.8": types.ExtendedKeyUsageNameTimeStamping,
	"1.3.6.1.5.5.7.3.9": types.ExtendedKeyUsageNameOcspSigning,
}

var extensionOfPurposes = asn1.ObjectIdentifier{2, 5, 29, 37}

// extendedKeyUsages lists a certificate's. That it is NONE where it does not say is an
// assumption. Source: ACM API reference, ExtendedKeyUsage.
func extendedKeyUsages(c *x509.Certificate) []types.ExtendedKeyUsage {
	var all []types.ExtendedKeyUsage
	for _, extension := range c.Extensions {
		var ids []asn1.ObjectIdentifier
		if !extension.Id.Equal(extensionOfPurposes) {
			continue
		}
		if _, err := asn1.Unmarshal(extension.Value, &ids); err != nil {
			break // x509 has read it before
		}
		for _, id := range ids {
			name := purposes[id.String()]
			if name == "" {
				name = types.ExtendedKeyUsageNameCustom
			}
			all = append(all, types.ExtendedKeyUsage{Name: name, OID: aws.String(id.String())})
		}
	}
	if all == nil {
		return []types.ExtendedKeyUsage{{Name: types.ExtendedKeyUsageNameNone}}
	}
	return all
}

// purposesOf are the names of extended key usages.
func purposesOf(c *x509.Certificate) (names []types.ExtendedKeyUsageName) {
	for _, usage := range extendedKeyUsages(c) {
		names = append(names, usage.Name)
	}
	return names
}
