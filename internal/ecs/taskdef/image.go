package taskdef

import "strings"

// maxImageName bounds an image reference; with a digest, the part before the "@".
// Source: ECS API reference, ContainerDefinition.image.
const maxImageName = 255

// checkImage accepts letters, digits and "-_:./#", then optionally a SHA-256 digest.
func checkImage(image string) error {
	if image == "" {
		return refuse("Container.image should not be null or empty.")
	}
	name, digest, hasDigest := strings.Cut(image, "@")
	if hasDigest && !validDigest(digest) {
		return refuse("Container.image contains invalid characters.")
	}
	if len(name) > maxImageName {
		return refuse("Container.image contains invalid characters.")
	}
	for i := 0; i < len(name); i++ {
		if c := name[i]; !isLetterOrDigit(c) && !strings.ContainsRune("-_:./#", rune(c)) {
			return refuse("Container.image contains invalid characters.")
		}
	}
	if imageRepository(name) == "" {
		return refuse("Container.image repository should not be null or empty.")
	}
	return nil
}

// imageRepository is the last part of the image's path, without tag: "web" of
// "registry:5000/team/web:1".
func imageRepository(name string) string {
	last := name[strings.LastIndexByte(name, '/')+1:]
	repository, _, _ := strings.Cut(last, ":")
	return repository
}

func validDigest(digest string) bool {
	hex, ok := strings.CutPrefix(digest, "sha256:")
	if !ok || len(hex) != 64 {
		return false
	}
	for i := 0; i < len(hex); i++ {
		c := hex[i]
		if !isDigit(c) && (c < 'a' || c > 'f') && (c < 'A' || c > 'F') {
			return false
		}
	}
	return true
}

// IsECRImage tells whether an image has the name that it has on AWS in a private Amazon ECR repository:
// <account>.dkr.ecr.<region>.amazonaws.com[.cn] or its FIPS and dual-stack forms.
func IsECRImage(image string) bool {
	registry, _, ok := strings.Cut(image, "/")
	if !ok || len(registry) < 13 || !allDigits(registry[:12]) {
		return false
	}
	host := registry[12:]
	switch {
	case strings.HasPrefix(host, ".dkr.ecr."), strings.HasPrefix(host, ".dkr.ecr-fips."):
		return strings.HasSuffix(host, ".amazonaws.com") || strings.HasSuffix(host, ".amazonaws.com.cn")
	case strings.HasPrefix(host, ".dkr-ecr."), strings.HasPrefix(host, ".dkr-ecr-fips."):
		return strings.Contains(host, ".on.")
	}
	return false
}

func allDigits(s string) bool {
	for i := 0; i < len(s); i++ {
		if !isDigit(s[i]) {
			return false
		}
	}
	return s != ""
}
