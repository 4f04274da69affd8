package arn

import "strings"

// awsDomains are the domains of AWS's endpoints.
// Source: partitions of the SDK's endpoint rules; on.aws has function URLs.
var awsDomains = []string{
	"amazonaws.com", "amazonaws.com.cn", "amazonaws.eu", "api.aws", "on.aws",
	"api.amazonwebservices.com.cn", "api.amazonwebservices.eu",
	"c2s.ic.gov", "sc2s.sgov.gov", "csp.hci.ic.gov", "cloud.adc-e.uk",
	"api.aws.ic.gov", "api.aws.scloud", "api.aws.hci.ic.gov", "api.cloud-aws.adc-e.uk",
}

// IsAWSHost reports whether a host name is one of AWS's own endpoints.
func IsAWSHost(name string) bool {
	for _, domain := range awsDomains {
		if name == domain || strings.HasSuffix(name, "."+domain) {
			return true
		}
	}
	return false
}
