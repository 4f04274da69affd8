package imagepull

import (
	"strings"

	"github.com/distribution/reference"
	"github.com/ecs-emulator/ecs-emulator/backend"
)

func digestOf(ref string, image backend.Image) string {
	named, err := reference.ParseNormalizedNamed(ref)
	if err != nil {
		return image.ID
	}
	if digested, ok := named.(reference.Digested); ok {
		return digested.Digest().String()
	}
	for _, each := range image.Digests {
		known, err := reference.ParseNormalizedNamed(each)
		if err != nil || known.Name() != named.Name() {
			continue
		}
		if digested, ok := known.(reference.Digested); ok {
			return digested.Digest().String()
		}
	}
	return image.ID
}

type digestKey struct{ ref, id, digests string }

// mostDigests bounds the memory of references that are all different.
const mostDigests = 1000

// Digest is the digest under which the image's own registry knows it. One that no registry knows,
// as it was built here or has another's name, is told by its id.
//
// It remembers what it has found: to parse a reference takes as long as the simulated engine takes
// for a whole start.
func (p *Puller) Digest(ref string, image backend.Image) string {
	key := digestKey{ref, image.ID, strings.Join(image.Digests, " ")}
	p.mu.Lock()
	defer p.mu.Unlock()
	if digest, known := p.digests[key]; known {
		return digest
	}
	if p.digests == nil || len(p.digests) >= mostDigests {
		p.digests = map[digestKey]string{}
	}
	digest := digestOf(ref, image)
	p.digests[key] = digest
	return digest
}

// Canonical is the full form of an image reference: docker.io/library/web:latest.
func Canonical(ref string) string {
	named, err := reference.ParseNormalizedNamed(ref)
	if err != nil {
		return ref
	}
	return reference.TagNameOnly(named).String()
}
