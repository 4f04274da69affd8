package ecr

import "bytes"

// smallPart is the least size of all parts of an upload by the API but the last one. Source: ECR API reference,
// LayerPartTooSmallException.
const smallPart = 5 << 20

// AppendPart adds a part that is there as a whole. HasSmallPart tells of them.
func (u *Upload) AppendPart(offset int64, part []byte) error {
	if _, err := u.Append(offset, bytes.NewReader(part)); err != nil {
		return err
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	u.smallPart = u.smallPart || u.smallLast
	u.smallLast = len(part) < smallPart
	return nil
}

// HasSmallPart reports whether a part that is not the last one is too small.
func (u *Upload) HasSmallPart() bool {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.smallPart
}
