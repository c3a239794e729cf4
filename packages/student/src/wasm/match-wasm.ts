// Compiled from kernels/match.ts by scripts/build-kernels.mjs; not edited by hand.

/** WebAssembly, each byte plus 41 as a character. */
export const MATCH_WASM =
  ')\x8a\x9c\x96*)))*Y0\x89-¨¨¨¨*¨\x89+¨¨*¨\x89.¨¨¨¨¨*¨\x89,¨¨¨)\x89,¨¨¨*¨\x89+¥¨*¨\x89*¥*¥+I+3\x9a\x9e\x8a\x97\x9d\x92\x9d\x92\x8e\x9c,\x95\x98\x90)/,\x8e\x97\x9f/\x96\x8e\x96\x98\x9b¢+' +
  ')),ED.)*-**-)***+++,+),)*,+++)))0@+3\x96\x8a\x9d\x8c\x91y\x8a\x92\x9b\x9c)8/\x96\x8e\x96\x98\x9b¢+)3¿RDP**¨I*J+,iI)I+T,)\x8f-iI+j1\x93J+5*' +
  '44I+I*\x94j,\x9f4O)I)j©1Q+)I+I*j+\x9dI,\x939.j\xad1Q+)\x99\x93_+)I)j-\x9347)I)áI*áÌj¹29*4c)I)I+j*\x9d\x93J+,iI)I+r-iI)X*' +
  ')I*X*)p-ij)84I)j+\x93J)I*j+\x93J*5*44j*4t)I)I*jú\x03!\x0d¥\x95j8\xa0j¼\x14Å\x05*\x95\x9cj6\xa0j.\x95jÅÒ×ö*\x94K)j9\x9fI)\x9cj\x14½ØØ¡\x95K)j6' +
  '\x9fI)\x9cjÞ\x05ó¾¥\x95K)j9\x9fI)\x9c4;)jII)\x90\x94K)I*I)I*qD4m**¨I*Q+1J,I)Q+1j-x-¨I)ji\x94I*ji\x94I,9-.j)4-¨I)ji\x94I,j*\x9d' +
  '\x93I+ji\x94I+Q+19-.j)44q)I+Q+)J+I,Q+)J,,iI)j-\x93I*r-iI+I)Q+)Q+)o-iI)Q+-Q+)I,o-ij*844I)j-\x93J)5*44j)' +
  '4P**¨,iI)I*r-iI+I)Q+)Q+I\x9bJ+I)j-\x93J)5*44I+4V)I)j-\x93J),iI)I*r-iI)Q+)Q+E-iI)84I)j-\x93J)5*44I*4\x86)I' +
  ')j-\x93J),iI)j-\x93I*r-¨I)Q+)Q+Mj+o.j)4-¨I)Q+-Q+9.j*4n-iI)j1\x93J)5*44I)I*x-ij)84I)Q+)K)j)I)Q+Mj*oD' +
  '4È+*.¨I)K/I*I+I,I-96J.j)J-I)I*92K0I*I+92K1\x9bJ),iI)-iI1I-\x9fj*\x9aI0I-\x9fj*\x9aj*\x9d\x93K2-iI.I-j,\x95I,\x93I2\x93j>' +
  '\x93_+)I.j-\x93J.4I)j*\x9fJ)I-j*\x93J-5*44I.J)j)J.I/J-,iI*I-t-iI.I-Q+)Q+AK0I.I0tDJ.I,jc\x93I0j+\x9d\x93J0I-I/\x94K' +
  '1Q+©;K2j+o-¨I1Q+©:.j)4J1I)I0j,I2I1D\x93_+)I)j-\x93J)I-j-\x93J-5*44I*I+p-¨I)I,jó)\x93jÉ>V))I*Q+)Q+Aj*\x9d\x93' +
  'j+\x9d\x93I.\x93_+)I)j-\x93.I)44á**.¨I*I+93K.I+rJ/I*I)\x94K1Q+%:K0-¨j,j+j*I*I1Q+%9j+\x9d\x93j-\x93K1I.oDI.I1rD.j)4' +
  'J1I/-¨I.Q+)Q+E.j)4J2I*I+r-¨I.I*\x94j+\x9fV)È>.j)4J+I)I*93I*rJ)I-I,I2j+\x9d\x93I1\x93_+)I-I,j5\x93I+j,\x95\x93I0\x93_+' +
  '-I-I,j;\x93I)j*\x9d\x93I/\x93_+1I-j5\x934Ý++1¨+¥,iI)I*r-iI)Q+)K4Q+9n-iI2j*\x93J2I)I*94J1j-J.m))))))))J6I*J/,' +
  'iI+I/t-iI/Q+)K5Q+9n-iI1j)pK0-iI/I+94I1oJ04j)I1I0Dnnj+j,I0DI4I5oDK0j+o-iI5T,aI4T,aÌK79)ÂI69' +
  ')Â\x8c-iI7J644I.I0I.I0rDJ.4I/j-\x93J/5*44I-I,j.j)I1D\x93I.\x93_+)I-j-\x93J-I3I.I.I3rDJ3I.j+o-iI-I6jù49*I,' +
  'j3\x93\x93_+)I-j-\x93J-44I)j-\x93J)5*44I2n-iI-84I-I,j9\x93j.j)I2j*pD\x93I3\x93_+)I-j-\x934\x0e**1¨,iI*-iI)j1\x93K.I)Q+)j' +
  '+\x9d\x93K/I)Q+-j+\x9d\x93J)I+j-\x93J,I+I.I/r-iI.I/I)9;I.I/I)I,9DJ+j±1Q+)j,\x9djµ1\x93J3jµ1J0,iI0I3r-iI0Q+-J1I0' +
  'Q+)K2-¨I2j*o-¨I.I/I)I1I+9?.I2j+o-¨I.I/I)I1I+97.I.I/I)I1I+9544.I.I/I)I1I+994J+I0j1\x93J05*44.I' +
  ',J+4I+I,\x94j+\x9f_+)I*j*\x94J*5*444\x08,+-¥0¨I)J2,iI*I2t-iI2Q+)K7Q+=J6I7T,YJ1I2I)\x94K7Q+©9J8I-I,I7Q+©;K' +
  '7I6j,\x95\x93j*\x9d\x93I*I2j-\x93o\x93_+)I-I,jS\x93I6j0\x95\x93I8\x93_+-I-j1\x93J-I/I1ÉJ/I7-iI0I1ÉJ0.I3j*\x93J3I4I6I4I6tDJ44I7' +
  'j+o-iI5j*\x93J5I.I1ÉJ.4I2j-\x93J25*44I-I.I/Ìj\x0929*j-I*I)\x94j+\x9fK)I)j-xDj*\x94j3\x95K2I,j\x04)\x93\x93\x93_+)I-I0I/Ìj\x092' +
  '9*I,j¬*\x93I2\x93\x93_+-I-I,jÔ*\x93j,I3I3j,xDK2j0\x95j/\x94I4\x93j)I2D\x93_+1+¨I5I)9,J)j)J2m))))))))J/m))))))))J0I' +
  '-j5\x93K3I*I+o6)CjÉ>J-,iI*I+r-iI/I*Q+)K4T,YK.ÉJ/I-V))-iI0I.ÉJ0.I2I4Q+=j*\x93K4I2I4tDJ24I*j-\x93J*I-' +
  'j*\x93J-5*44I3I0I/Ìj\x0929*I,jê*\x93\x93_+)I3I,jô*\x93I)j,\x9d\x93I2\x93_+-I3j1\x9344ë**+¨I)I+j*\x9d\x93J.I*J-,iI)I.r-¨I)X*' +
  ')I-X*)o.j)4-iI)j+\x93J)I-j+\x93J-5*44I*I+I,\x93j*\x9d\x93J*,iI)I.r-¨I.j+\x94X*)I*j+\x94X*)o.j)4-iI.j+\x94J.I*j+\x94J*' +
  '5*44I.I)\x94J*I,j*o-iI*n84I*j+v-ij*84I*j-o-¨I)X*)I-X*+o.j)4-¨I)X*+I-X*)o.j)44¬+*0¨I+I*\x94j+\x9fJ,,' +
  'iI,I-t-iI-k)`,É>I-j1\x93J-5*44I)J-,iI*I-t-iI-Q+)K0Q+)J1j/J,I*J.+i,iI+I.t-iI1I.Q+)K2Q+)o-iI.I*' +
  '\x94j*\x9dJ/I0I2o6,I/j*\x9bI,I,j/oDJ,4I.j-\x93J.5*44I,K/j/p-¨j).I0Q+94n6)I)I*I+I-9<J/4I/j,\x9fJ1I-I)\x94J0I/' +
  'j0\x9aK.j+v-¨I1j*c)É>j+.I.j/p4J,I0I._+©9I0I1_+©:I0I,_+©;I-j-\x93J-5*444Ð,*8¨I,Q+)K.Q+1J/I,j-\x93I*r' +
  '-¨I,Q+-.j)4J0I)I,r-¨I,j-\x94Q+).j)4J1I0-¨I/I0Q+1\x93.j)4J4I1-¨I/I1Q+1\x93.j)4J5I.Q+5J3I.Q+9j*oJ6j/J' +
  ')j/J2I*J,,iI+I,t-iI,Q+)J8I,j-\x93I+r-¨I,Q+-.j)4J-I8Q+1J9I)j+t-¨I4I9o-¨I8I.I090.j)4-¨j*.I5I9o-' +
  '¨I8I1I.90.j)44-¨j*.I--¨I9I-Q+1\x93I/o.j)4-¨I.I8I-90.j)44.j)4-iI,I*\x94j*\x9dj+\x9bJ2j+J)4+iI8Q+9K7n6)I' +
  '8Q+5K:I3\x9cJ;I6nK--iI7j*pJ-4I--iI;I;j*\x94\x9aK-I-j*\x94\x9anJ-4I-j*I;I3I:I/I9vD\x9aDn6)j*I-I.I89=K-j.rDj)I' +
  ')I-tD-iI,I*\x94j*\x9dI-\x9bJ2I-J)44I,j-\x93J,5*44I24Í**-¨I)I*I)Q+1I*Q+1vK,DK-Q+1K+j,r-ij/84I*I)I,DK)Q+' +
  '1I+\x94J,I)ji\x94K*I-ji\x94K-I+9--ij,84I+j-x-iI*I,j*\x9d\x93J.,iI*I.r-iI*j+\x93K*I-I+9--ij-845*444I+j.rI,j*t' +
  '\x9b-ij/84j.j/I-I)ji\x94I+I,9:D4&++.¨*¥j*J.j©>J-,iI+I-t-iI-Q+-m))))))))b,)I-Q+)K/Q+UK,I/Q+Qj+\x9d\x93J' +
  '0,iI,I0r-iI,Q+)K/I/Q+)I.\x93_+)I,j-\x93J,5*44I-j1\x93J-I.j1\x9dJ.5*44,iI)I*r-i+iI)Q+)K.Q+9n6)j)J-I.Q+U' +
  'K,I.Q+QK.j+\x9d\x93J/,iI,I/r-iI-I,Q+)Q+)\x93J-I,j-\x93J,5*44I-n6)j©>J,,iI+I,t-iI-j(*\x9aám)))))))iËI,Q+)Q' +
  '+QI.\x93áÌK1I,Q+-K/T,)\x8d-iI/I1b,)4I,j1\x93J,I-j1\x9fJ-5*444I)j-\x93J)5*44j©>J*,iI*I+r-iI*Q+)K,Q+UK)I,Q+' +
  'Qj+\x9d\x93J,,iI)I,r-iI)Q+)j)_+)I)j-\x93J)5*44I*j1\x93J*5*444\x11++,¨.¥j©>J.I)J/,iI*I/t-iI/Q+)J0I/I)\x94Q+©;' +
  'j+p-¨I0Q+9.j)4-iI.I0_+)I.I/I)\x94j*\x9dj©<\x93_+-I.j1\x93J.4I/j-\x93I*oI.j©>t\x9aI.jÉ>o\x9b-iI*I+I.9>j©>J.4I/j-' +
  '\x93J/5*44m))))))\x19hJ2I)J+,iI*I+t-i+iI+Q+)K.Q+9K/n6)I3I.Q+QáK4ÉJ3I+I)\x94Q+©;j+o-iI1I4ÉJ15*4I1I+I' +
  ')\x94j*\x9dT,©<K5I4ËÉJ1I2I5ÍJ2I-I,I5jÙ39*j0\x95I/\x93j*\x9d\x93I*I+j-\x93o\x93_+)I-j-\x93J-4I+j-\x93J+5*44I3m))))))))\x8a-i' +
  'I-84I-I2jÙ39*I,j\x0b)\x93\x93_+)I-I1I3Ìj©49*I,j\x12)\x93\x93_+-I-j1\x934 **-¨I,Q+)J0I,I)\x94K.Q+©9J/I.Q+©;J1I-I/_+' +
  ')I-j,I*I,\x94j+\x9fj*\x94K,I,j,xDj0\x95j0\x93I/\x93_+-I-j1\x93J)I.n-iI)I/jL\x93_+)I)j-\x93J)4I)I0Q+9I/j0\x95jS\x93\x93_+)I)j-\x93' +
  'j*I0Q+-K-I19+J)I,n-iI)j+I-I19+J)4I1n-iI)84I)I1j*\x9fK-I.Q+©:K.j.9/j*\x9dj\x04)\x93\x93_+)I)I,nI+I*\x94j+\x9fj*\x94' +
  'I.\x94j-9/j*\x9dI-\x93j*\x9dj\x10)\x93\x93_+-I)j1\x934Í**-¨I,I)\x94K0Q+©;J1I,Q+)J)I,Q+-J.I-I0Q+\xad;K/j)I1D-¨I0Q+\xad:I0Q+©' +
  ':\x94J0I*I+I)I.91-¨j).j+j*j,I0j,vDI*I+I.I)91D4.j-j.I/I1pD4j*\x9dj$)\x93I*I,j1\x93o\x93_+)I-j-\x93j,I)Q+-I.Q+' +
  '-9.I1I/I/I1tD9+4\x1c**-¨I*j-\x94J.I)J-,iI-I.r-iI/j*\x93I/I-I)\x94Q+©;j+oDJ/I-j-\x93J-5*44I,I.I)\x94K0Q+©;K-j' +
  '/\x95j\x10*\x93I0j+\x9fK0-¨I/I09,.j.4\x93_+)I,j-\x93J,I*I+o-iI,84I,j/I.Q+)Q+-I+j-\x94Q+)Q+-9.I-9+J,I-j+p-iI,84I' +
  '*I.I)\x94Q+©:j+\x9d\x93K)I*o-¨j).I)j-\x94Q+)Q+-4J*I)j-\x93I+o-¨j).I)Q+-Q+-4J)I,j-I*j)9+j.I)j)9+4\x06+*7¨j(((' +
  '(0J0j¨J-I)J.,iI*I.t-iI3I.Q+)K6Q+1K7\x93J3I.I)\x94K9Q+©;K8-iI0I9Q+©:K:I0I:qDJ0I1j*\x93J1I-I9Q+©:K9I-' +
  'I9sDJ-4+iI8j+p-ij)J25*4I4j*\x93J4I5I7\x93J5I/I2j*\x93j*I2-¨I*I+I.j-\x94Q+)I691.j)4DK2I/I2tDJ/4I.j-\x93J.5' +
  '*44j/I*I)\x94j+\x9fK)I)j/xDj*\x94j/\x95J*I,I4I)9,I*j°*\x93\x93_+)I,I1I)9,I*jÔ*\x93\x93_+-I,I5I39,jø*\x93_+1I,j-I/I/j-' +
  'xDj*\x9djª+\x93I)I/o\x93_+5I1j+r-iI,j9\x9384I,I-I0\x94j*\x93I1\x94K)j)I)j)sDj-9/j´+\x93_+9I,j=\x934µ,*-¨I)J-,iI*I-t-i' +
  'I)I*I+I-I,9@J,I-j-\x93J-5*44I)J-,iI-j-\x93K/I*r-iI)I*I+I-I,9AJ,I/J-5*44I)I*K-I+I,9CJ/I)J,,iI,I-r' +
  '-iI,Q+)Q+9n-iI0j*\x93J0I.j*\x93I.I,I)\x94Q+©;j+oDJ.4I,j-\x93J,5*44I/I0-¨I.I0o-¨j*.I.-¨j+.j,j-+¨,iI+I-t' +
  '-ij*I-Q+)Q+9n6+CI-j-\x93J-5*44j)4D44.j)4j\x0b*\x93_+)I)I*I+I/j-\x939BK,I+I*\x94j+\x9fK.ájé19*j\x04*\x93_+)I.-¨j)J+' +
  'j)J-,iI-I.r-iI+I-V)É>\x93J+I-j*\x93J-5*44I*I)\x94Q+%:J)I,I+I.9,jþ*\x93_+-I,I.V)È>I)j*\x9dj"*\x93\x93_+1I,jÉ>V))' +
  'j(*\x93_+5I,j9\x93.I,j-\x9344';
