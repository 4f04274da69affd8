package ecr

import (
	"strings"
	"testing"
)

// Source: ECR user guide, image manifest conversion.
func TestConvert(t *testing.T) {
	const (
		oci    = "application/vnd.oci.image.manifest.v1+json"
		docker = "application/vnd.docker.distribution.manifest.v2+json"
		index  = "application/vnd.oci.image.index.v1+json"
		ours   = `{"config":{"digest":"sha256:c","mediaType":"application/vnd.oci.image.config.v1+json","size":2},"layers":[` +
			`{"digest":"sha256:a","mediaType":"application/vnd.oci.image.layer.v1.tar+gzip","size":9007199254740993},` +
			`{"digest":"sha256:b","mediaType":"application/vnd.oci.image.layer.v1.tar","size":1}],"mediaType":"` + oci + `","schemaVersion":2}`
		theirs = `{"config":{"digest":"sha256:c","mediaType":"application/vnd.docker.container.image.v1+json","size":2},"layers":[` +
			`{"digest":"sha256:a","mediaType":"application/vnd.docker.image.rootfs.diff.tar.gzip","size":9007199254740993},` +
			`{"digest":"sha256:b","mediaType":"application/vnd.docker.image.rootfs.diff.tar","size":1}],"mediaType":"` + docker + `","schemaVersion":2}`
	)
	untyped := strings.Replace(ours, `,"mediaType":"`+oci+`"`, "", 1)
	zstd, artifact := strings.Replace(ours, "tar+gzip", "tar+zstd", 1), strings.Replace(ours, "image.config", "empty", 1)
	for name, c := range map[string]struct {
		manifest, mediaType string
		accepted            []string
		want, wantType      string
	}{
		"nothing is said":              {ours, oci, nil, ours, oci},
		"both are accepted":            {ours, oci, []string{docker, oci}, ours, oci},
		"Docker's alone":               {ours, oci, []string{docker}, theirs, docker},
		"Docker's alone, without type": {untyped, oci, []string{docker}, theirs, docker},
		"OCI's alone":                  {theirs, docker, []string{oci, index}, ours, oci},
		"neither":                      {ours, oci, []string{"application/vnd.docker.distribution.manifest.v1+json"}, ours, oci},
		"a layer that Docker has not":  {zstd, oci, []string{docker}, zstd, oci},
		"another artifact":             {artifact, oci, []string{docker}, artifact, oci},
		"an index":                     {`{"manifests":[]}`, index, []string{docker, ""}, `{"manifests":[]}`, index},
		"no configuration":             {`{"layers":[]}`, oci, []string{docker}, `{"layers":[]}`, oci},
		"no JSON":                      {`{`, oci, []string{docker}, `{`, oci},
	} {
		if got, gotType := Convert([]byte(c.manifest), c.mediaType, c.accepted); string(got) != c.want || gotType != c.wantType {
			t.Errorf("%s: %s\n%s", name, gotType, got)
		}
	}
}
