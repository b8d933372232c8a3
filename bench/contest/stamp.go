package contest

import (
	"bytes"
	"time"
)

// stamped keeps what is written, and when a text first stood in it. A buffer it has,
// and is none: io.Copy would read into that past Write.
type stamped struct {
	kept  bytes.Buffer
	text  string // "": none is looked for
	began time.Time
	seen  time.Duration // 0: not yet
}

func (s *stamped) Write(p []byte) (int, error) {
	from := max(0, s.kept.Len()-len(s.text))
	n, err := s.kept.Write(p)
	if s.text != "" && s.seen == 0 && bytes.Contains(s.kept.Bytes()[from:], []byte(s.text)) {
		s.seen = time.Since(s.began)
	}
	return n, err
}
